import * as assert from "node:assert/strict";

import { stateTag, writeStateTag } from "../../../runtime/model/stateTag";
import type { StateTag } from "../../../runtime/model/stateTag";
import type { Bench } from "../../system/support/bench";
import type { Expected } from "../../system/support/moverLog";

const refusedFormat: Expected = { outcome: "refused", reason: "tag-format" };
const refusedPlace: Expected = { outcome: "refused", reason: "homes-moved" };
const leftAlone: Expected = { outcome: "skipped", reason: "another-mover" };

/** What becomes of a secret that somebody creates with a tag of the mover's. */
const forgedTags: readonly (readonly [
  what: string,
  forge: (tag: StateTag, suffix: string) => string,
  expected: Expected,
])[] = [
  ["is of another format", (tag) => `2${(writeStateTag(tag) ?? "").slice(1)}`, refusedFormat],
  ["is cut off", (tag) => (writeStateTag(tag) ?? "").slice(0, -4), refusedFormat],
  ["is something else", () => "done/2020-01-01T00:00:00.000Z", refusedFormat],
  ["is another mover's", (tag, suffix) => writeStateTag({ ...tag, suffix, owner: "ffffffff" }) ?? "", leftAlone],
  ["names homes elsewhere", (tag, suffix) => writeStateTag({ ...tag, suffix, place: "00000000" }) ?? "", refusedPlace],
  [
    "tells of a deletion whose window is over",
    (tag, suffix) => writeStateTag({ ...tag, suffix, taggedAt: Date.parse("2020-01-01T00:00:00Z") }) ?? "",
    { outcome: "copied", reason: "undone" },
  ],
  [
    "tells of replicas that it never had",
    (tag, suffix) =>
      writeStateTag({ ...tag, suffix, taggedAt: 0, replicas: [{ region: "us-west-2", keyId: "theirs" }] }) ?? "",
    { outcome: "refused", reason: "replicas-missing" },
  ],
];

/** Secrets with a tag that looks like the mover's: whoever may tag secrets can write any. */
export function describeForgedTags(bench: () => Bench): void {
  describe("a secret", () => {
    for (const [index, [what, forge, expected]] of forgedTags.entries()) {
      it(`whose tag vault-mover ${what} stays, with no replica more: ${String(expected.reason)}`, async () => {
        const { sources, log, canary } = bench();
        const { arn: moved } = await sources.create(`hostile/tagged-${index}`, canary);
        await log.outcome(moved, { outcome: "moved" });
        const tag = await sources.stateTag(moved);
        const { arn } = await sources.create(`hostile/forged-${index}`, canary, { "vault-mover-mode": "exempt" });
        await sources.tag(arn, stateTag, forge(tag, arn.slice(-6)));

        await sources.release(arn);

        await log.outcome(arn, expected);
        const { DeletedDate, ReplicationStatus } = await sources.describe(arn);
        assert.deepEqual([DeletedDate, ReplicationStatus], [undefined, undefined]);
      });
    }

    it("whose tag was copied from another secret is moved as if it had none", async () => {
      const { sources, log, canary } = bench();
      const { arn: first } = await sources.create("hostile/copied-from", canary);
      await log.outcome(first, { outcome: "moved" });
      const { arn } = await sources.create("hostile/copied-to", canary, await sources.tags(first));

      await log.outcome(arn, { outcome: "moved" });

      assert.equal((await sources.stateTag(arn)).suffix, arn.slice(-6));
    });
  });
}

import * as assert from "node:assert/strict";
import { PassThrough } from "node:stream";

import { moveCommand } from "../../cli/commands/move";
import { makeScreen } from "../../cli/screen";
import type { Session } from "../../cli/session";
import { absentHome } from "../../runtime/model/home";
import type { MoverSettings } from "../../runtime/shared/environment";
import { arnOf, moverSettings, sourceOf, startTime } from "../support/builders";

/** Runs `homing move` over these names. Whatever begins a run fails. */
async function moveAll(names: readonly string[], settings: Partial<MoverSettings>, json = false) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const secrets = names.map((name) => ({ source: sourceOf({ name, arn: arnOf(name) }) }));
  const session = {
    deployment: { functionName: "homing", logGroupName: "/homing", settings: moverSettings(settings) },
    screen: makeScreen(json, { out, err }),
    progress: () => ({ update: () => undefined, stop: () => undefined }),
    listing: () => () => Promise.resolve({ secrets }),
    home: { metadata: () => Promise.resolve(absentHome) },
    isReadByService: () => Promise.resolve(false),
    concurrency: 2,
    now: () => startTime,
    stopped: () => false,
    get queued(): number {
      throw new Error("a run is begun");
    },
  } as unknown as Session;
  const code = await moveCommand(session, { policies: true, yes: true });
  return { code, out: String(out.read()) };
}

describe("homing move over what Vault starts from", () => {
  const own = ["a", "b", "c", "d", "e", "f", "g"].map((one) => `vault/${one}/unseal-key`);

  it("begins nothing, says why and the way out, and ends with 2", async () => {
    const { code, out } = await moveAll(["app/db", ...own.slice(0, 1)], {});
    assert.equal(code, 2);
    assert.match(out, /^Nothing is begun: 1 secret looks like .*: vault\/a\/unseal-key\. /);
    assert.match(out, /homing:exemptNames.*homing:confirmedNames.*docs\/roll-out\.md/);
    assert.doesNotMatch(out, /app\/db/);
  });

  it("names up to five, and counts the others", async () => {
    assert.match(
      (await moveAll(own.slice(0, 5), {})).out,
      /: 5 secrets look .*: vault\/a\/unseal-key, [^.]*, vault\/e\/unseal-key\. /,
    );
    const { out } = await moveAll(own, {});
    assert.match(out, /7 secrets look .*vault\/e\/unseal-key and 2 more\. /);
    assert.doesNotMatch(out, /vault\/f/);
  });

  it("tells a program as well", async () => {
    const { code, out } = await moveAll(own, {}, true);
    assert.equal(code, 2);
    const record = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual([record["type"], record["secrets"], record["names"]], ["vaultOwn", 7, own.slice(0, 5)]);
  });

  for (const setting of ["exemptNames", "confirmedNames"] as const) {
    it(`goes on when ${setting} names them`, async () => {
      await assert.rejects(moveAll(["app/db", ...own], { [setting]: ["vault/*"] }), /a run is begun/);
    });
  }
});

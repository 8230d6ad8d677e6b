import * as assert from "node:assert/strict";

import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";

import { readVersionLabel } from "../../runtime/labels";
import { cutData, readValue } from "../../runtime/value";
import type { ValueKind } from "../../runtime/value";
import { useCloud } from "../system/support/bench";
import { eventually } from "../system/support/eventually";
import { describeRedrive } from "./describeRedrive";
import { flatten } from "./flatten";
import { isAnswerable, plant } from "./planted";
import type { Planted } from "./planted";
import { rawAnswer, rawData } from "./rawHome";
import { corpus } from "./table";

/** The most bytes that Secrets Manager takes. */
const mostBytes = 65_536;

describe("the corpus through a local cloud", function () {
  this.timeout(300_000);
  const bench = useCloud({ name: "corpus", login: "aws", server: "vault" });
  let planted: readonly Planted[] = [];
  let milliseconds = 0;

  before(async () => {
    const started = performance.now();
    planted = await plant(bench(), corpus);
    milliseconds = performance.now() - started;
  });

  const met = (index: number): Extract<Planted, { arn: string }> => {
    const one = planted[index];
    if (one === undefined || "error" in one)
      throw new Error(`row ${index} was not created: ${one?.error ?? "unknown"}`);
    return one;
  };

  corpus.forEach((row, index) => {
    const { path, value, becomes } = row;
    const what = `${value.type === "binary" ? "bytes" : "a string"}: ${row.what}`;
    if (!isAnswerable(row)) {
      it(`tries again what the emulator can't answer: ${what}`, async () => {
        const { arn } = met(index);
        const { log, sources } = bench();
        const retried = { secret: arn, code: "source-failing", step: "read" };
        await eventually(
          async () =>
            (await log.records()).find((line) => Object.entries(retried).every(([key, text]) => line[key] === text)),
          () => `no line of the log tells that ${arn} is tried again`,
        );
        assert.equal(await sources.isScheduled(arn), false);
      });
      return;
    }
    switch (becomes.is) {
      case "impossible":
        it(`can't be created as ${what}`, () => {
          assert.deepEqual(planted[index], { error: becomes.error });
        });
        return;
      case "stays":
        it(`${becomes.outcome} (${becomes.reason}) ${what}`, async () => {
          const { arn, outcomes } = met(index);
          assert.ok(outcomes.length > 0);
          for (const { outcome, reason } of outcomes) {
            assert.deepEqual([outcome, reason], [becomes.outcome, becomes.reason]);
          }
          const { clients, sources } = bench();
          assert.equal(await sources.isScheduled(arn), false);
          const left = await clients.secrets.send(new GetSecretValueCommand({ SecretId: arn }));
          assert.equal(left.SecretString, value.type === "string" ? value.string : undefined);
        });
        return;
      case "moved":
        it(`moves as ${becomes.kind} ${what}`, async () => {
          const { arn, outcomes } = met(index);
          const { system, home, sources, homes } = bench();
          const at = home(path ?? "");
          assert.equal(outcomes[0]?.outcome, "moved", `its reason is ${outcomes[0]?.reason ?? "none"}`);
          assert.equal(outcomes[0].home, `${system().mount}/${at}`);
          const answer = await rawAnswer(system(), at);
          assert.ok(answer !== undefined);
          assert.ok(rawData(answer).equals(Buffer.from(becomes.vault)), "the bytes in Vault are others");
          const { custom_metadata: labels } = (await homes.metadata(at)) ?? { custom_metadata: null };
          const label = readVersionLabel(labels ?? {}, 1);
          assert.ok(label.is === "ours");
          assert.equal(label.label.kind, becomes.kind);
          assert.equal(label.label.suffix, arn.slice(-6));
          assert.equal(await sources.isScheduled(arn), true);
        });
        return;
      default:
        becomes satisfies never;
    }
  });

  it("writes to no path of Vault but the homes of its rows and the record", () => {
    const { audit, system, home } = bench();
    const { mount, homePrefix, outputs } = system();
    const homes = corpus.flatMap(({ path, becomes }) => (becomes.is === "moved" ? [home(path ?? "")] : []));
    const record = `${homePrefix}/~mover`;
    const asked = audit.since(0).filter(({ entityId }) => entityId === outputs["moverEntityId"]);

    const written = asked.filter(({ operation, path }) => operation !== "read" && !path.startsWith("auth/"));

    assert.deepEqual(
      [...new Set(written.map(({ path }) => path))].sort(),
      [`${mount}/data/${record}`, ...homes.flatMap((at) => [`${mount}/data/${at}`, `${mount}/metadata/${at}`])].sort(),
    );
    assert.deepEqual([...new Set(written.map(({ operation }) => operation))].sort(), ["create", "patch"]);
    const others = asked.filter(
      ({ path }) => !path.startsWith(`${mount}/data/`) && !path.startsWith(`${mount}/metadata/`),
    );
    assert.deepEqual([...new Set(others.map(({ path }) => path))], [`auth/${outputs["loginPath"] ?? ""}/login`]);
  });

  describe("is given back by readValue", () => {
    corpus.forEach(({ what, path, value, becomes }, index) => {
      if (becomes.is !== "moved") return;
      it(`as ${becomes.kind}, ${what}`, async () => {
        met(index);
        const { system, home, homes } = bench();
        const at = home(path ?? "");
        const answer = (await rawAnswer(system(), at))?.toString("utf8") ?? "";
        const { custom_metadata: labels } = (await homes.metadata(at)) ?? { custom_metadata: null };
        const label = readVersionLabel(labels ?? {}, 1);
        const kind: ValueKind | undefined = label.is === "ours" ? label.label.kind : undefined;

        const restored = readValue(cutData(answer) ?? "", kind);

        if (becomes.kind !== "fields") {
          assert.deepEqual(restored, value);
          return;
        }
        assert.ok(restored?.type === "string" && value.type === "string");
        assert.deepEqual(flatten(restored.string), flatten(value.string));
        assert.ok(Buffer.byteLength(restored.string) <= Math.min(mostBytes, Buffer.byteLength(value.string)));
      });
    });
  });

  after(() => {
    const count = (is: string): number => corpus.filter(({ becomes }) => becomes.is === is).length;
    const kinds = (["fields", "text", "binary"] as const).map((kind) => {
      const rows = corpus.filter(({ becomes }) => becomes.is === "moved" && becomes.kind === kind);
      return `${rows.length} ${kind}`;
    });
    process.stdout.write(
      `      corpus: ${corpus.length} rows; moved: ${kinds.join(", ")}; ${count("stays")} stayed; ` +
        `${count("impossible")} refused by Secrets Manager; ${(milliseconds / 1_000).toFixed(1)} s\n`,
    );
  });

  describe("and a name made of another secret's ARN", () => {
    it("is a secret of its own", async () => {
      const { sources, log, home, homes } = bench();
      const first = await sources.create("twin", "the first");
      await log.outcome(first.arn, { outcome: "moved" });
      const name = `twin-${first.arn.slice(-6)}`;
      const second = await sources.create(name, "the second");

      await log.outcome(second.arn, { outcome: "moved" });

      assert.deepEqual((await homes.read(home("twin")))?.data, { value: "the first" });
      assert.deepEqual((await homes.read(home(name)))?.data, { value: "the second" });
      await sources.nudge(first.arn);
      await log.outcome(first.arn, { outcome: "unchanged", reason: "already-moved" });
    });
  });

  describeRedrive(bench);
});

import * as assert from "node:assert/strict";

import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";

import { readVersionLabel } from "../../runtime/model/labels";
import { templateRecordPath } from "../../runtime/model/path";
import { cutData, readValue } from "../../runtime/model/value";
import type { ValueKind } from "../../runtime/model/value";
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
/** How runs end over a secret that is moved: the run that moves it, and a second one that the same event began. */
const endsOfMoves: readonly string[] = [
  "moved: proven",
  "unchanged: already-moved",
  "deferred: deletion-unseen",
  // It read the home before the other's announcement and the source after its delete.
  "skipped: scheduled-by-others",
];

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
          const ends = outcomes.map(({ outcome, reason }) => `${outcome}: ${reason}`);
          const moved = outcomes.find(({ outcome }) => outcome === "moved");
          assert.ok(moved, `its outcomes are ${ends.join(", ")}`);
          assert.deepEqual(
            ends.filter((end) => !endsOfMoves.includes(end)),
            [],
          );
          assert.equal(moved.home, `${system().mount}/${at}`);
          const metadata = await homes.metadata(at);
          assert.ok(metadata);
          const { current_version: current, custom_metadata: labels } = metadata;
          for (let version = 1; version <= current; version += 1) {
            const answer = await rawAnswer(system(), at, version);
            assert.ok(answer !== undefined);
            assert.ok(rawData(answer).equals(Buffer.from(becomes.vault)), `the bytes of version ${version} are others`);
          }
          const label = readVersionLabel(labels ?? {}, current);
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

  it("writes to no path of Vault but the homes of its rows and the record, and to each home once", async () => {
    const { audit, system, home, homes, log } = bench();
    const { mount, outputs } = system();
    const moved = corpus.flatMap(({ path, becomes }, index) =>
      becomes.is === "moved" ? [{ at: home(path ?? ""), ...met(index) }] : [],
    );
    const data = [templateRecordPath(system()), ...moved.map(({ at }) => at)].map((at) => `${mount}/data/${at}`);
    const metadata = moved.map(({ at }) => `${mount}/metadata/${at}`);
    const asked = audit.since(0).filter(({ entityId }) => entityId === outputs["moverEntityId"]);

    const written = asked.filter(({ operation, path }) => operation !== "read" && !path.startsWith("auth/"));

    assert.deepEqual([...new Set(written.map(({ path }) => path))].sort(), [...data, ...metadata].sort());
    // Of two movers that write at once, check-and-set refuses one.
    const done = (wanted: string): readonly string[] =>
      written.flatMap(({ operation, path, refused }) => (operation === wanted && !refused ? [path] : [])).sort();
    assert.deepEqual(done("create"), [...data].sort());
    assert.deepEqual([...new Set(done("patch"))], [...metadata].sort());
    const updated = done("update");
    const operations = new Set(written.flatMap(({ operation, refused }) => (refused ? [] : [operation])));
    assert.deepEqual(
      [...operations].filter((operation) => !["create", "patch", "update"].includes(operation)),
      [],
    );
    const records = await log.records();
    for (const { at, arn, outcomes } of moved) {
      const again = updated.filter((path) => path === `${mount}/data/${at}`).length;
      assert.equal((await homes.metadata(at))?.current_version, 1 + again, at);
      // A second run over the home, before the first one's label was there, takes the version for one that a mover left
      // half-way and writes the value once more. One run alone never does.
      const retries = records.filter((record) => record["secret"] === arn && "code" in record);
      const runs = outcomes.length + retries.length;
      assert.ok(again === 0 || runs > 1, `${at} was written ${1 + again} times in one run`);
    }
    assert.deepEqual(
      updated.filter((path) => !data.slice(1).includes(path)),
      [],
    );
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
        const metadata = await homes.metadata(at);
        assert.ok(metadata);
        const label = readVersionLabel(metadata.custom_metadata ?? {}, metadata.current_version);
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
      await sources.ageDeletion(first.arn);
      await sources.nudge(first.arn);
      await log.outcome(first.arn, { outcome: "unchanged", reason: "already-moved" });
    });
  });

  describeRedrive(bench);
});

/** Empties an account of many secrets with the command line, killed on the way, and looks at both sides afterwards. */
import * as assert from "node:assert/strict";

import { CreateSecretCommand, ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import type { CreateSecretCommandInput, SecretListEntry, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { readVersionLabel } from "../../../runtime/model/labels";
import { stateTag } from "../../../runtime/model/stateTag";
import { holdsValue } from "../../../runtime/model/value";
import { makeVaultHome } from "../../../runtime/vault/homes";
import { makeTransport } from "../../../runtime/vault/transport";
import { corpus } from "../../corpus/table";
import type { CorpusRow } from "../../corpus/table";
import type { Bench } from "../../system/support/bench";
import type { Homing } from "./homing";

export interface BackfillOptions {
  readonly bench: Bench;
  readonly homing: Homing;
  /** First part of the names. */
  readonly prefix: string;
  readonly secrets: number;
  /** How often the run is killed by SIGKILL before it may end. */
  readonly kills: number;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly say?: (line: string) => void;
  /** A run waits five minutes for a secret whose mover was killed before its delete; sets that time back instead. */
  readonly ageUnseen?: boolean;
}

export interface BackfillReport {
  readonly planned: Readonly<Record<string, number>>;
  readonly moved: number;
  readonly kept: number;
  /** Outcomes that were there at each kill. */
  readonly killedAt: readonly number[];
  readonly seconds: number;
}

/** Values of every kind that can be moved, but for the largest, which are the corpus's own test. */
const values = corpus.filter(
  ({ becomes, value }) => becomes.is === "moved" && (value.type === "binary" || value.string.length < 10_000),
);
/** So many creations at a time. */
const hands = 8;

interface Planted {
  readonly row: CorpusRow;
  readonly input: CreateSecretCommandInput;
}

/** One in twenty is not to be moved: exempt, or owned by a tool. */
function plantedOf(prefix: string, index: number): Planted {
  const row = values[index % values.length] ?? assert.fail("the corpus is empty");
  const tags =
    index % 40 === 7
      ? [{ Key: "vault-mover-mode", Value: "exempt" }]
      : index % 40 === 27
        ? [{ Key: "managed-by", Value: "a-tool" }]
        : [{ Key: "team", Value: "payments" }];
  const content = row.value.type === "string" ? { SecretString: row.value.string } : { SecretBinary: row.value.bytes };
  return { row, input: { Name: `${prefix}/${String(index).padStart(5, "0")}`, ...content, Tags: tags } };
}

async function plant(client: SecretsManagerClient, planted: readonly Planted[]): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let one = planted[next++]; one !== undefined; one = planted[next++]) {
      await client.send(new CreateSecretCommand(one.input));
    }
  };
  await Promise.all(Array.from({ length: hands }, work));
}

async function listed(client: SecretsManagerClient): Promise<ReadonlyMap<string, SecretListEntry>> {
  const found = new Map<string, SecretListEntry>();
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListSecretsCommand({ IncludePlannedDeletion: true, MaxResults: 100, ...(NextToken ? { NextToken } : {}) }),
    );
    for (const entry of page.SecretList ?? []) found.set(entry.Name ?? "", entry);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

/** A run that was killed left a label, or a label and a tag: sets both six minutes back, as if that time had passed. */
async function ageUnseen({ home, homes, sources }: Bench, name: string): Promise<void> {
  const path = home(name);
  const announced = (await homes.metadata(path))?.custom_metadata?.["deleting"];
  if (announced !== undefined) {
    const [format, suffix, versionId, time = ""] = announced.split(";");
    const earlier = new Date(Date.parse(time) - 6 * 60_000).toISOString();
    await homes.label(path, { deleting: [format, suffix, versionId, earlier].join(";") });
  }
  if ((await sources.tags(name))[stateTag] !== undefined) await sources.ageDeletion(name);
}

export async function backfill(options: BackfillOptions): Promise<BackfillReport> {
  const { bench, homing, prefix, secrets, kills, args, env = {}, say = () => undefined } = options;
  const { mount, vaultAddress, vaultToken } = bench.system();
  // Nothing but the command line tells of these secrets.
  const { silent } = bench.clients;
  const home = makeVaultHome({
    transport: makeTransport(vaultAddress, ""),
    token: { get: () => Promise.resolve(vaultToken), drop: () => undefined },
    mount,
    namespace: "",
  });
  const filter = ["--name", `${prefix}/*`];
  const plan = async (): Promise<ReadonlyMap<string, string>> => {
    const { code, records, err } = await homing.run(["plan", "--json", ...filter]);
    const work = records.some(({ type, act }) => type === "secret" && act !== "nothing");
    assert.equal(code, work ? 2 : 0, err);
    const ofSecrets = records.filter(({ type }) => type === "secret");
    return new Map(
      ofSecrets.map(({ secret, outcome, reason }) => [secret as string, `${outcome as string}: ${reason as string}`]),
    );
  };

  const planted = Array.from({ length: secrets }, (_, index) => plantedOf(prefix, index));
  await plant(silent, planted);
  say(`${secrets} secrets planted`);
  const before = await plan();
  assert.equal(before.size, secrets);

  const started = performance.now();
  const killedAt: number[] = [];
  const step = Math.max(1, Math.floor(secrets / (2 * kills + 2)));
  for (let kill = 0; kill < kills; kill += 1) {
    const killed = await homing.run(["move", "--json", "--yes", ...args, ...filter], {
      env,
      signalAt: { signal: "SIGKILL", outcomes: step },
    });
    assert.equal(killed.code, null, `it ended by itself: ${killed.err}`);
    const seen = killed.records.filter(({ type }) => type === "outcome").length;
    killedAt.push(seen);
    say(`killed after ${seen} outcomes`);
    // After every kill: as many of them as the next run has hands would hold it up before its own kill.
    if (options.ageUnseen !== true) continue;
    for (const [name, what] of await plan()) {
      if (what === "undefined: deletion-unseen") await ageUnseen(bench, name);
    }
  }
  const last = await homing.run(["move", "--json", "--yes", ...args, ...filter], { env });
  assert.equal(last.code, 0, last.err);
  const seconds = (performance.now() - started) / 1_000;
  say(`ended after ${seconds.toFixed(0)} s`);
  // Killed between the tag and the delete, a secret looks as if a person had restored it: a person lets it move.
  const undone = [...(await plan())].filter(([, what]) => what === "unchanged: undone").length;
  if (undone > 0) {
    const released = await homing.run(["release", "--json", "--yes", ...filter]);
    assert.deepEqual([released.code, released.records.at(-1)?.["released"]], [0, undone], released.err);
    say(`released ${undone}`);
    const rest = await homing.run(["move", "--json", "--yes", ...args, ...filter], { env });
    assert.equal(rest.code, 0, rest.err);
  }

  const after = await plan();
  const both = await listed(silent);
  let [moved, kept] = [0, 0];
  for (const { row, input } of planted) {
    const name = input.Name ?? "";
    const entry = both.get(name);
    assert.ok(entry, `${name} is not lost`);
    const planned = before.get(name);
    if (planned === "moved: proven") {
      assert.equal(after.get(name), "unchanged: already-moved", name);
      assert.ok(entry.DeletedDate, `${name} is scheduled for deletion`);
    } else {
      const now = planned === "copied: owned-by-iac" ? "unchanged: owned-by-iac" : planned;
      assert.equal(after.get(name), now, name);
      assert.equal(entry.DeletedDate, undefined, name);
      kept += 1;
    }
    if (planned === "skipped: exempt") continue;
    const path = bench.home(name);
    const [answer, metadata] = await Promise.all([home.read(path), home.metadata(path)]);
    assert.ok(answer.is === "value", `${name} has its home`);
    const label = readVersionLabel(metadata.labels, answer.version);
    assert.ok(label.is === "ours" && row.becomes.is === "moved" && label.label.kind === row.becomes.kind, name);
    assert.ok(holdsValue(answer.data, label.label.kind, row.value), `${name}: ${row.what} is equal`);
    // Killed between the data and its label, the next run writes the same value once more.
    assert.ok(metadata.currentVersion <= 1 + kills, `${name} was written ${metadata.currentVersion} times`);
    if (planned === "moved: proven") moved += 1;
  }
  const again = await homing.run(["move", "--json", "--yes", ...args, ...filter], { env });
  assert.equal(again.code, 0, again.err);
  assert.equal(again.records.filter(({ type }) => type === "outcome").length, 0, "a second run does nothing");
  const counts: Record<string, number> = {};
  for (const what of before.values()) counts[what] = (counts[what] ?? 0) + 1;
  return { planned: counts, moved, kept, killedAt, seconds };
}

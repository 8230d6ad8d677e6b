import * as assert from "node:assert/strict";

import { planCommand } from "../../cli/commands/plan";
import type { PlanCommandOptions } from "../../cli/commands/plan";
import { explain } from "../../cli/failure";
import { writeByPerson } from "../support/fakeHome";
import { createSecret } from "../support/fakeSource";
import { deliver, makeWorld, pathOf } from "../support/world";
import type { World } from "../support/world";
import { sessionOn } from "./support/session";
import type { SceneOptions } from "./support/session";

const worldOf = (...names: readonly string[]): World => {
  const world = makeWorld();
  for (const name of names) createSecret(world.source, name, `value of ${name}`);
  return world;
};

interface Shown {
  readonly code: number;
  readonly out: string;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** Runs the command as a person sees it, and as a program does. */
async function plan(world: World, options: Partial<PlanCommandOptions> = {}, scene: SceneOptions = {}): Promise<Shown> {
  const [text, json] = [sessionOn(world, scene), sessionOn(world, { ...scene, json: true })];
  const all: PlanCommandOptions = { policies: true, ...options };
  const code = await planCommand(text.session, all);
  assert.equal(await planCommand(json.session, all), code);
  for (const line of text.out().split("\n")) assert.ok(line.length <= 80, `${line.length} columns: ${line}`);
  return { code, out: text.out(), records: json.records() };
}

const failureOf = (shown: Promise<unknown>): Promise<string> =>
  shown.then(
    () => "no failure",
    (error: unknown) => explain(error),
  );

/** The lines of a section, as one text. */
const section = (out: string, head: string): string => {
  const [, after = ""] = out.split(`\n${head}`);
  return (after.split(/\n(?=\S)/)[0] ?? "").replace(/\s+/g, " ");
};

describe("what homing plan says", () => {
  it("of a secret that is nowhere in Vault is what would happen, not that Vault holds it", async () => {
    const { code, out, records } = await plan(worldOf("dev/new"));

    assert.equal(code, 2);
    assert.doesNotMatch(out, /the home holds|found equal/);
    assert.match(section(out, "Would do"), /1 move: .*then deleted, restorable for 30 days dev\/new/);
    assert.match(out, /homing move/);
    assert.doesNotMatch(String(records[0]?.["why"]), /the home holds|found equal/);
  });

  it("of a name of 512 characters is all of it, in a line of its own", async () => {
    const name = `dev/${"n".repeat(508)}`;
    const { session, out } = sessionOn(worldOf(name, "dev/b"));

    assert.equal(await planCommand(session, { policies: true }), 2);

    const long = out()
      .split("\n")
      .filter((line) => line.length > 80);
    assert.deepEqual(long, [`         ${name},`]);
  });

  it("of a copy that stands, in mode copy, is that a run compares it", async () => {
    const world = worldOf("dev/copied");
    await deliver(world, "dev/copied", { settings: { mode: "copy" } });

    const { code, out } = await plan(world, {}, { settings: { mode: "copy" } });

    assert.equal(code, 0);
    assert.match(section(out, "Stays"), /1 unchanged: its home has a version already; a run compares/);
  });

  it("with --as is what that mode would do, and that homing move does not do it", async () => {
    const { code, out, records } = await plan(
      worldOf("dev/a", "dev/b"),
      { as: "move" },
      { settings: { mode: "audit" } },
    );

    assert.equal(code, 2);
    assert.match(out, /as if its mode were move; it is audit/);
    assert.match(out, /homing move does not do this.*homing:mode move/s);
    assert.doesNotMatch(out, /homing move does it|Next: homing move/);
    assert.deepEqual([records.at(-1)?.["mode"], records.at(-1)?.["deployedMode"]], ["move", "audit"]);
  });

  it("names what needs a person first, with the way out, and exits with 2", async () => {
    const world = worldOf("dev/conflict");
    writeByPerson(world.home, pathOf("dev/conflict"), '{"value":"x"}', world.time);

    const { code, out, records } = await plan(world);

    assert.equal(code, 2);
    assert.match(
      section(out, "Needs you (1)"),
      /1 home-conflict: its home was written by somebody else dev\/conflict -> homing resolve dev\/conflict/,
    );
    assert.doesNotMatch(out, /nothing to do/);
    assert.equal(records.at(-1)?.["needsPerson"], 1);
    assert.equal(records.at(-1)?.["work"], 0);
  });

  it("names a tag that lowers the mode, and one whose word is no mode", async () => {
    const world = worldOf("dev/plain");
    createSecret(world.source, "dev/typo", "x", { tags: { "vault-mover-mode": "mvoe" } });
    createSecret(world.source, "dev/audit", "x", { tags: { "vault-mover-mode": "audit" } });
    createSecret(world.source, "dev/copy", "x", { tags: { "vault-mover-mode": "copy" } });
    createSecret(world.source, "dev/long", "x", { tags: { "Vault-Mover-Mode": `\u001b[31m${"x".repeat(200)}` } });

    const { out, records } = await plan(world);

    const stays = section(out, "Stays");
    assert.match(stays, /2 audit: the tag vault-mover-mode has a word that is no mode, which counts as audit/);
    assert.match(stays, /dev\/typo \("mvoe"\)/);
    assert.match(stays, /1 audit: the tag vault-mover-mode=audit keeps it at mode audit dev\/audit/);
    assert.match(section(out, "Would do"), /1 copy: the tag vault-mover-mode=copy keeps it at mode copy dev\/copy/);
    assert.ok(!out.includes("\u001b"));
    assert.deepEqual(
      records.map(({ modeBy }) => modeBy),
      [undefined, "no-mode", "tag", "tag", "no-mode", undefined],
    );
  });

  it("names a rule for names that lowers the mode", async () => {
    const settings = { modeRules: [{ pattern: "dev/*", mode: "audit" as const }] };

    const { out } = await plan(worldOf("dev/a", "app/a"), {}, { settings });

    assert.match(section(out, "Stays"), /1 audit: a rule in modeRules gives its name mode audit dev\/a/);
  });

  it("of a filter that matches nothing is that, with exit code 1, and not that there is nothing to do", async () => {
    for (const filter of [{ name: ["dve/*"] }, { name: ["*/none"] }, { tag: ["team=none"] }, { olderThan: "9w" }]) {
      const line = await failureOf(plan(worldOf("dev/a"), filter));
      assert.match(line, /^No secret matches .*(dve|none|9w)/);
    }
  });

  it("of an account without secrets is that there are none, with exit code 0", async () => {
    for (const filter of [{}, { name: ["dev/*"] }]) {
      const { code, out } = await plan(worldOf(), filter);
      assert.equal(code, 0);
      assert.match(out, /There are no secrets/);
    }
  });

  it("is within 80 columns, whatever it has to say", async () => {
    const world = worldOf(
      "dev/new",
      ...Array.from({ length: 12 }, (_, index) => `a-rather-long-name/of-a-team/${index}`),
    );
    createSecret(world.source, "dev/rotating", "x", { rotating: true });
    createSecret(world.source, "dev/stacked", "x", { tags: { "aws:cloudformation:stack-name": "x" } });

    const { out } = await plan(world);

    assert.match(section(out, "Would do (14)"), /13 move.*1 copy/);
    assert.match(section(out, "Stays (1)"), /rotating: rotation is enabled/);
  });
});

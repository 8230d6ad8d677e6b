/** The pages for people who migrate, read or are on call name only what there is: settings, outputs, outcomes, commands, alarms. */
import { deepEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { moverAlarms } from "../../components/mover/alarmTable";

const textOf = (page: string): string => readFileSync(join(__dirname, "..", "..", "docs", page), "utf8");
const pages = ["migration.md", "consumers.md", "operations.md"];
const text = pages.map(textOf).join("\n");

/** The first word in code of each row of a page's tables. */
const rowsOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^\| `([\w-]+)`/gm)].map(([, name = ""]) => name);

const found = (pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name)),
];

function allAreIn(names: readonly string[], known: readonly string[], least: number): void {
  ok(names.length >= least, `${names.length} were found`);
  deepEqual(
    names.filter((name) => !known.includes(name)),
    [],
  );
}

describe("migration, consumers and operations", () => {
  it("set settings that there are", () => {
    allAreIn(found(/\bhoming:([A-Za-z]+)/g), rowsOf("settings.md"), 6);
  });

  it("read outputs that there are", () => {
    allAreIn(found(/pulumi stack output (\w+)/g), rowsOf("outputs.md"), 4);
  });

  it("name outcomes with reasons that there are", () => {
    const reasons = [...textOf("outcomes.md").matchAll(/^\|[^|]+\| `([\w-]+)`/gm)].map(([, reason = ""]) => reason);

    allAreIn(found(/`(?:moved|copied|unchanged|skipped|refused|deferred|failed): ([\w-]+)`/g), reasons, 8);
  });

  it("use commands that there are", () => {
    const commands = [...textOf("command-line.md").matchAll(/^\| \[`(\w+)`\]/gm)].map(([, command = ""]) => command);

    allAreIn(found(/npx homing (\w+)/g), commands, 6);
  });

  it("say of each alarm how soon somebody has to look, once", () => {
    const [section = ""] = textOf("operations.md").split("## Which alarm first")[1]?.split("\n## ") ?? [];
    const listed = [...section.matchAll(/\[`([\w-]+)`\]/g)].map(([, key = ""]) => key);

    deepEqual([...listed].sort(), moverAlarms.map(({ key }): string => key).sort());
  });
});

/** Texts that promise an alarm name it, and it is there. That each one goes off is shown in tests/system/behaviours/alarms.ts. */
import { deepEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

import { moverAlarms } from "../components/mover/alarmTable";
import { rotatorAlarms } from "../components/rotator/rotatorAlarms";

const root = join(__dirname, "..");
const alarms: readonly { readonly key: string; readonly metric: string }[] = [
  ...moverAlarms.map(({ key, metric }) => ({ key, metric: metric.name })),
  ...rotatorAlarms,
];
const keys: readonly string[] = alarms.map(({ key }) => key);

function filesBelow(path: string, end: string): readonly string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .filter((name) => name !== "node_modules")
    .flatMap((name) => filesBelow(join(path, name), end))
    .filter((file) => file.endsWith(end));
}
const filesOf = (end: string, ...paths: readonly string[]): readonly string[] =>
  paths.flatMap((path) => filesBelow(join(root, path), end));

/** Paragraphs, list items and rows of tables, each on one line. */
const piecesOfPage = (text: string): readonly string[] =>
  text.split(/\n\s*\n|\n(?=\||\s*- )/).map((piece) => piece.replace(/\s+/g, " "));

/** Comments, each on one line, and all other lines. */
const piecesOfCode = (text: string): readonly string[] =>
  text.replace(/\n\s*(\*|\/\/)(?!\/)(?=[^\n]*)/g, (_, mark: string) => (mark === "*" ? " " : "\n//")).split("\n");

interface Text {
  readonly where: string;
  readonly text: string;
}
const texts: readonly Text[] = [
  ...filesOf(".md", "README.md", "docs", "examples").map((file) => [file, piecesOfPage] as const),
  ...filesOf(".ts", "runtime", "components", "settings", "cli", "tests/model").map(
    (file) => [file, piecesOfCode] as const,
  ),
].flatMap(([file, piecesOf]) =>
  piecesOf(readFileSync(file, "utf8")).map((text) => ({ where: relative(root, file), text: text.trim() })),
);

/** Says of something that happens that an alarm tells of it; not merely that there are alarms. */
const promise = /\balarmed\b|\b(an|the) alarm\b|\balarms\b[^.|]*\btell\b|\bsets? off\b/i;
/** Speaks of alarms as such. */
const general: readonly (readonly [where: string, text: string])[] = [
  // A section for each alarm, which tests/components/mover/moverAlarms.test.ts holds against the table.
  ["docs/alarms.md", ""],
  ["docs/settings.md", "Whether the end of an alarm"],
  ["README.md", "what an outcome, an alarm or an error means"],
  ["docs/threat-model.md", "as long as nobody deletes the alarms"],
  ["examples/embed/README.md", "that tells when nothing moved for a day"],
  ["docs/environments.md", "adds an alarm of its own"],
  ["components/homingArgs.ts", "Whether the end of an alarm"],
  ["components/mover/moverAlarms.ts", ""],
  ["components/mover/alarmTable.ts", ""],
  ["components/aws/alarmTopic.ts", ""],
  ["components/rotator/rotatorAlarms.ts", ""],
  ["tests/model/quietEnd.ts", ""],
];
const isGeneral = ({ where, text }: Text): boolean =>
  general.some(([place, part]) => where.startsWith(place) && text.includes(part));

/** The alarms that a text names: as code, by the outcome that they count, or right behind the word. */
const namedIn = (text: string): readonly string[] =>
  alarms
    .filter(
      ({ key, metric }) =>
        text.includes(`\`${key}\``) ||
        text.includes(`alarms.md#${key}`) ||
        text.includes(`\`${metric.replace(":", ": ")}\``) ||
        new RegExp(`\\balarms? (\\S+ (or|and) )?${key}\\b`).test(text),
    )
    .map(({ key }) => key);

describe("a text that says that an alarm tells of something", () => {
  const promises = texts.filter((one) => promise.test(one.text) && !isGeneral(one));

  it("names an alarm that there is", () => {
    ok(promises.length > 20, `${promises.length} were found`);
    deepEqual(
      promises.filter(({ text }) => namedIn(text).length === 0).map(({ where, text }) => `${where}: ${text}`),
      [],
    );
  });

  it("names none that there isn't", () => {
    const named = texts.flatMap(({ where, text }) =>
      [...text.matchAll(/alarms\.md#([\w-]+)/g), ...text.matchAll(/\balarms? \[?`([^`]+)`/g)].map(([, key = ""]) => ({
        where,
        key,
      })),
    );
    const sections = ["hear-of-them", "find-the-secret", "how-they-count"];

    ok(named.length > 20, `${named.length} were found`);
    deepEqual(
      named.filter(({ key }) => ![...keys, ...sections].includes(key)),
      [],
    );
  });

  it("is exempt here only as long as it is there", () => {
    for (const [place, part] of general) {
      ok(
        texts.some(({ where, text }) => where.startsWith(place) && text.includes(part)),
        `${place}: ${part}`,
      );
    }
  });
});

describe("a row of the decision table that refuses a scheduled source", () => {
  const page = readFileSync(join(root, "docs/decisions.md"), "utf8");

  it("has an alarm of its own", () => {
    const scheduled = page.slice(page.indexOf("## A secret that is scheduled for deletion"));
    const reasons = [...scheduled.matchAll(/^\|.*`refused: ([\w-]+)`/gm)].map(([, reason = ""]) => reason);
    const alarmed = new Set(moverAlarms.map(({ metric }): string => metric.name));

    ok(reasons.includes("tag-lost") && reasons.includes("deletion-unclaimed"));
    deepEqual(
      reasons.filter((reason) => !alarmed.has(`refused:${reason}`)),
      [],
    );
  });
});

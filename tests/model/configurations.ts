/** What the explorer explores. */
import type { Configuration } from "./configuration";
import type { State } from "./state";

/** Findings that are accepted, each with its reason. */
export function accepted(finding: string, { past, slots }: State): string | undefined {
  const did = (...acts: readonly string[]): boolean => acts.some((act) => past.acts.includes(act));
  if (finding.startsWith("I3: a mover wrote over") && did("delete-metadata", "rewind")) {
    return "KV versions restart after a metadata delete or a snapshot, so a check-and-set can't tell; found after the write, alarmed";
  }
  const forgotten =
    did("untag", "copied-tag") && did("delete-metadata", "rewind", "lose-labels", "lose-all-labels", "recreate");
  if (finding.endsWith(": undone)") && slots.length > 1) {
    return "of two movers at one secret the later tag can be the older one's: copied only, alarmed, until it is released";
  }
  if (finding.startsWith("undo:") && past.crashed && did("untag")) {
    return "a mover that stops before its label `deleted` leaves the tag alone to tell of the deletion";
  }
  if (finding.startsWith("undo:") && forgotten) {
    return "an undo whose tag and labels are both gone is forgotten";
  }
  return undefined;
}

const alone = { messages: ["arn"], receives: 3, acts: {}, crashes: 0, stale: 0, ticks: 0, accepted } as const;
const pair = { ...alone, messages: ["arn", "arn"], receives: 2 } as const;

export const configurations: readonly Configuration[] = [
  { ...alone, name: "one mover, crashes, a writer", acts: { put: 1, "roll-back": 1 }, crashes: 2, ticks: 1 },
  {
    ...alone,
    name: "one mover, stale describes, a writer",
    acts: { put: 1, "roll-back": 1 },
    crashes: 1,
    stale: 2,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, a person at Vault",
    acts: { edit: 1, "soft-delete": 1, undelete: 1, annotate: 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, a person who destroys in Vault",
    acts: { destroy: 1, "delete-metadata": 1, edit: 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, a person at the source",
    acts: { restore: 1, untag: 1, schedule: 1, put: 1 },
    crashes: 1,
    stale: 1,
    ticks: 2,
  },
  {
    ...alone,
    name: "one mover, a person who lowers and exempts",
    acts: { exempt: 1, lower: 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, staged versions",
    acts: { stage: 1, finish: 1, "roll-back": 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, the name created again",
    messages: ["name"],
    acts: { recreate: 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, a Vault that changes what it keeps",
    garble: (data) => data.replace('"n":2', '"n":20'),
    acts: { put: 1 },
    crashes: 1,
    ticks: 1,
    mustMove: false,
  },
  {
    ...alone,
    name: "one mover, homes that expire",
    home: { deleteVersionAfter: 14 * 24 * 60 * 60_000 },
    acts: { put: 1 },
    crashes: 1,
    ticks: 1,
    mustMove: false,
  },
  {
    ...alone,
    name: "one mover, no authors",
    settings: { authorship: "label" },
    home: { recordsAuthor: false },
    acts: { put: 1, "roll-back": 1 },
    crashes: 2,
    ticks: 1,
  },
  { ...pair, name: "two movers", receives: 1 },
  { ...pair, name: "two movers, a writer", acts: { put: 1, "roll-back": 1 } },
  { ...pair, name: "two movers, crashes, a writer", acts: { put: 1 }, crashes: 1, ticks: 1 },
  { ...pair, name: "two movers, stale describes, a writer", acts: { put: 1 }, stale: 1 },
  {
    ...pair,
    name: "two movers, persons",
    acts: { edit: 1, "delete-metadata": 1, restore: 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...pair,
    name: "three movers, everybody",
    messages: ["arn", "arn", "name"],
    acts: {
      put: 1,
      "roll-back": 1,
      stage: 1,
      edit: 1,
      "soft-delete": 1,
      "delete-metadata": 1,
      restore: 1,
      untag: 1,
      recreate: 1,
    },
    crashes: 1,
    stale: 1,
    ticks: 1,
  },
];

/** What the explorer explores. */
import { region, startTime } from "../support/builders";
import { emptyHome, writeByPerson } from "../support/fakeHome";
import { replicaIn } from "../support/fakeSource";
import { path } from "./actors";
import { valueOf } from "./acts";
import type { Configuration } from "./configuration";
import type { State } from "./state";

/** Findings that are accepted, each with its reason. */
export function accepted(finding: string, { past, slots }: State): string | undefined {
  const did = (...acts: readonly string[]): boolean => acts.some((act) => past.acts.includes(act));
  if (finding.startsWith("I3: a mover wrote over") && did("delete-metadata", "rewind")) {
    return "KV versions restart after a metadata delete or a snapshot, so a check-and-set can't tell; found after the write, with the alarm failed";
  }
  const forgotten =
    did("untag", "copied-tag") && did("delete-metadata", "rewind", "lose-labels", "lose-all-labels", "recreate");
  if (finding.endsWith(": undone)") && slots.length > 1) {
    return "of two movers at one secret the later tag can be the older one's: copied only, with the alarm undone-copied or undone-unchanged, until it is released";
  }
  if (finding.startsWith("undo:") && slots.some(({ actor }) => actor === "undo")) {
    return "an undo that ends in the one call between a mover's look at the tag and its `b` is written over";
  }
  if (finding.startsWith("undo:") && past.crashed && slots.length > 1) {
    return "a mover that stops right after its delete, while another writes the tag `b`, leaves no word of that delete";
  }
  if (finding.startsWith("undo:") && past.crashed && did("untag", "copied-tag")) {
    return "a mover that stops before its label `deleted` leaves the tag alone to tell of the deletion";
  }
  if (finding.startsWith("I6:") && did("untag", "cut-tag", "other-tag", "copied-tag", "release")) {
    return "whoever overwrites the mover's tag takes its memory of the regions away";
  }
  if (/^(undo|I1):/.test(finding) && forgotten) {
    return "a deletion or an undo whose tag and labels are both gone is forgotten";
  }
  return undefined;
}

const alone = { messages: ["arn"], receives: 3, acts: {}, crashes: 0, stale: 0, ticks: 0, accepted } as const;
const pair = { ...alone, messages: ["arn", "arn"], receives: 2 } as const;

/** What replicas need to be taken apart. */
const replicated = {
  source: { replicas: [replicaIn("us-east-1")], primaryRegion: region },
  settings: { replicas: "remove", replicaRegions: ["us-east-1"] },
} as const;

/** Whoever shares Vault, the account or the secret with the mover. */
const neighbours: readonly Configuration[] = [
  {
    ...alone,
    name: "one mover, whoever patches metadata",
    acts: { "lose-labels": 1, "lose-all-labels": 1, "forge-deleted": 1, "forge-version": 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    ...replicated,
    name: "one mover, forged orders",
    acts: { "forge-restore": 1, "forge-region": 1, "forge-format": 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, a Vault set back to a snapshot",
    acts: { snapshot: 1, rewind: 1, put: 1, restore: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, tools at its tag",
    acts: { untag: 1, "cut-tag": 1, "other-tag": 1, "copied-tag": 1, restore: 1, release: 1 },
    crashes: 1,
    ticks: 2,
  },
  {
    ...alone,
    name: "one mover, an undo from a terminal, labels and tags that get lost",
    messages: ["arn", "undo"],
    acts: { put: 1, "lose-labels": 1, untag: 1, release: 1 },
    crashes: 1,
    ticks: 2,
  },
  {
    ...alone,
    name: "one mover, an operator's",
    messages: ["arn", "operator"],
    acts: { put: 1, "roll-back": 1 },
    crashes: 1,
  },
  {
    ...alone,
    name: "one mover, a former entity's edit",
    acts: { "former-edit": 1, edit: 1, put: 1, restore: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, a rotator",
    acts: { rotate: 2, put: 1, restore: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, a rotating secret that is handed over",
    source: { rotating: true },
    settings: { rotation: "hand-over" },
    acts: { await: 1, rotate: 1, stage: 1, finish: 1, restore: 1, put: 1 },
    crashes: 1,
    ticks: 1,
    mustMove: false,
  },
  {
    ...alone,
    name: "one mover, a rotator, no authors",
    settings: { authorship: "label" },
    home: { recordsAuthor: false },
    acts: { rotate: 1, put: 1, restore: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, the mover of a second stack",
    messages: ["arn", "second stack"],
    acts: { put: 1, restore: 1 },
    crashes: 1,
    ticks: 1,
    mustMove: false,
  },
  {
    ...alone,
    name: "one mover, denied calls",
    acts: { "deny-restore": 1, "deny-schedule": 1, "deny-tag": 1, allow: 1, "delete-metadata": 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    ...replicated,
    name: "one mover, replicas",
    acts: { put: 1, restore: 1, "deny-schedule": 1, "deny-removeReplicas": 1, "deny-replicate": 1, allow: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    ...replicated,
    name: "one mover, replicas that take their time",
    sync: "later",
    acts: { put: 1, restore: 1, "deny-schedule": 1 },
    crashes: 1,
    ticks: 1,
    mustMove: false,
  },
];

const equalHome = emptyHome();
writeByPerson(equalHome, path, valueOf(1), startTime - 60_000);
/** A home that somebody wrote, with the value of the source, and the setting that accepts it. */
export const acceptedHome = {
  home: { entries: equalHome.entries, serial: equalHome.serial },
  settings: { foreignHomes: "accept-equal" },
} as const;

/** Whoever deploys the stack with other settings. */
const deployments: readonly Configuration[] = [
  {
    ...alone,
    name: "one mover, modes and scopes that change",
    acts: { "set-audit": 1, "set-copy": 1, "set-move": 1, "set-rule": 1, "set-names": 1, "set-settle": 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    name: "one mover, homes that change",
    acts: { "set-homes": 1, "set-window": 1, put: 1, restore: 1, "delete-metadata": 1 },
    crashes: 1,
    ticks: 1,
  },
  {
    ...alone,
    ...replicated,
    name: "one mover, replicas taken apart, and a scope that changes",
    acts: { "set-audit": 1, "set-names": 1, put: 1, restore: 1 },
    crashes: 1,
    ticks: 1,
    mustMove: false,
  },
  {
    ...alone,
    ...replicated,
    name: "one mover, settings of replicas that change",
    acts: { "set-replicas": 1, "set-replica-regions": 1, "set-rotation": 1, "deny-schedule": 1, put: 1, restore: 1 },
    crashes: 1,
    ticks: 1,
    mustMove: false,
  },
  {
    ...alone,
    ...acceptedHome,
    name: "one mover, somebody's home, accepted and refused",
    acts: { "set-foreign": 2, put: 1, edit: 1 },
    ticks: 1,
    mustMove: false,
  },
  {
    ...pair,
    name: "two movers, settings that change",
    acts: { "set-audit": 1, "set-copy": 1, "set-homes": 1, "set-names": 1, put: 1 },
    crashes: 1,
    ticks: 1,
  },
];

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
  ...neighbours,
  ...deployments,
  { ...pair, name: "two movers", receives: 1 },
  { ...pair, name: "two movers, a writer", acts: { put: 1, "roll-back": 1 } },
  { ...pair, name: "two movers, crashes, a writer", acts: { put: 1 }, crashes: 1, ticks: 1 },
  { ...pair, name: "two movers, stale describes, a writer", acts: { put: 1 }, stale: 1 },
  { ...pair, name: "two movers, a rotator", acts: { rotate: 1, put: 1 }, crashes: 1, ticks: 1 },
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

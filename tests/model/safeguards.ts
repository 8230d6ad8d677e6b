/** Every safeguard of the protocol, switched off, with the configuration whose exploration shows it. */
import type { Configuration } from "./configuration";
import { accepted, acceptedHome } from "./configurations";
import * as off from "./variants";

export interface ExploredSafeguard {
  readonly safeguard: string;
  /** What the exploration must find without it. */
  readonly finds: RegExp;
  readonly configuration: Configuration;
  /** The order of the search, where nearer states first would take too long. */
  readonly seed?: number;
}

const one = { messages: ["arn"], receives: 2, acts: {}, crashes: 0, stale: 0, ticks: 0, accepted } as const;
const two = { ...one, messages: ["arn", "arn"], receives: 1 } as const;

export const exploredSafeguards: readonly ExploredSafeguard[] = [
  {
    safeguard: "home first",
    finds: /I1: an older value is current in Vault/,
    seed: 1145,
    configuration: {
      ...two,
      name: "the source is read before the home",
      acts: { put: 1 },
      // Alone it is made good by the look at finished moves.
      wrap: off.together(off.sourceFirst, off.noOverwritten),
    },
  },
  {
    safeguard: "an older value over a finished move",
    finds: /I1: an older value is current in Vault/,
    seed: 5,
    configuration: {
      ...two,
      name: "a finished move is not compared again",
      receives: 2,
      acts: { put: 1 },
      stale: 1,
      wrap: off.noOverwritten,
    },
  },
  {
    safeguard: "check-and-set",
    finds: /I3: a mover wrote over somebody's version/,
    configuration: { ...one, name: "writes without check-and-set", acts: { edit: 1 }, wrap: off.noCheckAndSet },
  },
  {
    safeguard: "read-back equal",
    finds: /I2: a delete was sent for a value that was not freshly read back equal/,
    configuration: {
      ...one,
      name: "the read-back is not compared",
      garble: (data) => data.replace('"n":1', '"n":10'),
      mustMove: false,
      wrap: off.noEqualReadBack,
    },
  },
  {
    safeguard: "read-back current",
    finds: /I2: a delete was sent for a value that was not freshly read back equal/,
    configuration: {
      ...one,
      name: "the read-back may be of any version",
      acts: { edit: 1 },
      wrap: off.noCurrentReadBack,
    },
  },
  {
    safeguard: "read-back without expiry",
    finds: /I2: a delete was sent for a value that was not freshly read back equal/,
    configuration: {
      ...one,
      name: "the read-back may expire",
      home: { deleteVersionAfter: 14 * 24 * 60 * 60_000 },
      mustMove: false,
      wrap: off.noExpiry,
    },
  },
  {
    safeguard: "proof before delete",
    finds: /I2: a delete was sent for a value that was not freshly read back equal/,
    configuration: { ...one, name: "deletes without a read-back", wrap: off.noReadBack },
  },
  {
    safeguard: "a tag that was lost before the delete",
    finds: /I1: a delete stays for a value that nobody proved/,
    seed: 120,
    configuration: { ...two, name: "the tag is not read after the delete", acts: { put: 1 }, wrap: off.noLostTag },
  },
  {
    safeguard: "only what carries the mover's tag is deleted",
    finds: /I1: .* \(skipped: scheduled-by-others\)/,
    configuration: {
      ...one,
      name: "IAM lets every delete through",
      acts: { untag: 1, "delete-metadata": 1 },
      crashes: 1,
      iam: "any-tag",
      accepted: () => undefined,
    },
  },
  {
    safeguard: "a former entity's version is recognised by its value",
    finds: /I3: a mover wrote over somebody's version/,
    configuration: {
      ...one,
      name: "a former entity's version counts as the mover's",
      acts: { "former-edit": 1, put: 1 },
      wrap: off.noRecognition,
    },
  },
  {
    safeguard: "a rotator's version is not the mover's",
    finds: /rotation: a deletion was taken back, and nothing happened but a rotation/,
    configuration: {
      ...one,
      name: "what a rotator wrote counts as the mover's",
      acts: { rotate: 1 },
      wrap: off.noRotator,
    },
  },
  {
    safeguard: "a rotating secret is handed over to a rotator that waits",
    finds: /rotation: a rotating secret was deleted that no rotator waits for/,
    configuration: {
      ...one,
      name: "a rotator is taken to wait for every secret",
      source: { rotating: true },
      settings: { rotation: "hand-over" },
      acts: { await: 1 },
      mustMove: false,
      wrap: off.everyRotation,
    },
  },
  {
    safeguard: "a rotator is told from a person",
    finds: /rotation: who wrote the home is mistaken \(refused: home-conflict\)/,
    configuration: { ...one, name: "nobody looks who keeps a rotation", acts: { rotate: 1 }, wrap: off.noRotations },
  },
  {
    safeguard: "a person is told from a rotator",
    finds: /rotation: who wrote the home is mistaken \(refused: home-rotated\)/,
    configuration: {
      ...one,
      name: "whoever keeps a rotation counts as the home's author",
      acts: { rotate: 1, edit: 1 },
      wrap: off.anyRotation,
    },
  },
  {
    safeguard: "second look",
    finds: /I1: an older value is current in Vault/,
    configuration: {
      ...one,
      name: "no look after the delete",
      acts: { put: 1 },
      // Alone it is made good by the late look.
      wrap: off.together(off.noSecondLook, off.noLateCheck),
    },
  },
  {
    safeguard: "label per version",
    finds: /I5: nobody interfered, and it is not moved/,
    configuration: {
      ...one,
      name: "one label for all versions",
      acts: { put: 1, "roll-back": 1 },
      receives: 3,
      crashes: 1,
      wrap: off.oneLabel,
    },
  },
  {
    safeguard: "created_by",
    finds: /I3: a mover wrote over somebody's version/,
    configuration: { ...one, name: "authors are not looked at", acts: { edit: 1 }, wrap: off.noAuthors },
  },
  {
    safeguard: "late check",
    finds: /I1: the home of a deleted secret is gone/,
    configuration: {
      ...one,
      name: "nobody looks late",
      acts: { "delete-metadata": 1 },
      wrap: off.noLateCheck,
    },
  },
  {
    safeguard: "late check of a home that was set back",
    finds: /I1: an older value is current in Vault/,
    configuration: {
      ...one,
      name: "nobody looks after Vault was set back to a snapshot",
      acts: { snapshot: 1, rewind: 1, put: 1 },
      wrap: off.noLateCheck,
    },
  },
  {
    safeguard: "a denied restore is tried again, with its alarm",
    finds: /I1: the home of a deleted secret is gone \(skipped: /,
    configuration: {
      ...one,
      name: "a denied restore ends in silence",
      acts: { "deny-restore": 1, "delete-metadata": 1 },
      wrap: off.noRestoreDenied,
    },
  },
  {
    safeguard: "a person's undo",
    finds: /undo: what somebody restored was deleted again/,
    configuration: {
      ...one,
      name: "the undo is not looked for",
      acts: { restore: 1 },
      ticks: 1,
      wrap: off.noUndo,
    },
  },
  {
    safeguard: "staged versions",
    finds: /I1: a staged value is deleted/,
    configuration: { ...one, name: "staged versions are not looked for", acts: { stage: 1 }, wrap: off.noStaged },
  },
  {
    safeguard: "whose tag it is",
    finds: /orders: a mover took back what another stack's mover deleted/,
    configuration: {
      ...one,
      name: "a second stack takes every tag for its own",
      messages: ["arn", "second stack"],
      mustMove: false,
      iam: "any-tag",
      wrap: off.noOwner,
    },
  },
  {
    safeguard: "the place of the homes in the tag",
    finds: /settings: a deletion was taken back, and nothing but settings changed/,
    configuration: { ...one, name: "the tag's place is not looked at", acts: { "set-homes": 1 }, wrap: off.noPlace },
  },
  {
    safeguard: "a setting never rewrites the past",
    finds: /settings: a deletion was taken back, and nothing but settings changed/,
    configuration: {
      ...one,
      ...acceptedHome,
      name: "somebody's home counts by today's setting",
      acts: { "set-foreign": 1 },
      wrap: off.acceptedByToday,
    },
  },
];

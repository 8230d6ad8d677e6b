/** What a person does to the home and to the pending path, and the mover that copies a newer value from Secrets Manager. */
import { keyOf, timeText, valueOf } from "./world";
import type { Target, World } from "./world";

export interface Edit {
  readonly name: string;
  /** The world after it; undefined where it can't be done. */
  readonly of: (world: World, target: Target) => World | undefined;
}

function writeHome(world: World, data: string): World | undefined {
  const { home, homeIs, now, persons } = world;
  if (homeIs === "deleted" || data === home.data) return undefined;
  return {
    ...world,
    home: { version: home.version + 1, createdTime: timeText(now + 1), data },
    former: home.data,
    persons: [...new Set([...persons, keyOf(home.data), keyOf(data)])],
  };
}

/** An edit with which the credential is the person's to answer for. */
function answerFor(world: World | undefined): World | undefined {
  if (world === undefined) return undefined;
  const key = keyOf(world.home.data);
  return world.accepted.includes(key) ? world : { ...world, wrong: [...new Set([...world.wrong, key])] };
}

/** Another member of the home is changed, the credential is not. */
const note: Edit = {
  name: "a person changes another member of the home",
  of: (world) => writeHome(world, valueOf(keyOf(world.home.data), "edited")),
};
const garbage: Edit = {
  name: "a person writes a credential into the home that the target does not have",
  of: (world) => answerFor(writeHome(world, valueOf("wrong"))),
};
/** Changed at the target by hand, then in the home: by a person, or in Secrets Manager, from where the mover copies it. */
const byHand: Edit = {
  name: "a person changes the credential at the target and in the home, or the mover copies such a value",
  of: (world, target) => {
    const changed = writeHome(world, valueOf("hand"));
    if (changed === undefined) return undefined;
    const accepted = ["hand", keyOf(world.home.data)].slice(0, target.credentials);
    return { ...changed, accepted, persons: [...changed.persons, ...world.accepted] };
  },
};
const setBack: Edit = {
  name: "a person sets the home back to its former version",
  of: (world) => (world.former === undefined ? undefined : answerFor(writeHome(world, world.former))),
};
const putPending: Edit = {
  name: "a person puts the pending value into the home",
  of: (world) =>
    world.entry?.is === "rotation" && world.entry.rotation.is === "pending"
      ? answerFor(writeHome(world, world.entry.rotation.pending))
      : undefined,
};
/** The entry is deleted with its metadata and written anew: its numbers start again. */
const recreated: Edit = {
  name: "a person deletes the home with its metadata and writes it anew",
  of: (world) => {
    const written = writeHome(world, valueOf(keyOf(world.home.data), "recreated"));
    return written === undefined
      ? undefined
      : { ...written, home: { ...written.home, version: 1, createdTime: timeText(world.now + 2) } };
  },
};
const deleteHome: Edit = {
  name: "a person deletes the home's current version",
  of: (world) => (world.homeIs === "deleted" ? undefined : { ...world, homeIs: "deleted" }),
};
const entryAs = (world: World, is: "unreadable" | "deleted"): World | undefined =>
  world.entry?.is === "rotation"
    ? { ...world, entry: { ...world.entry, is, version: world.entry.version + (is === "deleted" ? 0 : 1) } }
    : undefined;
const spoilEntry: Edit = {
  name: "a person writes something else to the pending path",
  of: (world) => entryAs(world, "unreadable"),
};
const deleteEntry: Edit = {
  name: "a person deletes the current version at the pending path",
  of: (world) => entryAs(world, "deleted"),
};

export const edits = {
  note,
  garbage,
  byHand,
  setBack,
  putPending,
  recreated,
  deleteHome,
  spoilEntry,
  deleteEntry,
} as const satisfies Readonly<Record<string, Edit>>;
export const allEdits: readonly Edit[] = Object.values(edits);

/** A person takes back what only a person can: a deleted version, and something else at the pending path. */
export function restored(world: World): World {
  const { entry } = world;
  const version = (entry?.version ?? 0) + (entry?.is === "unreadable" ? 1 : 0);
  return {
    ...world,
    homeIs: "there",
    entry: entry === undefined ? undefined : { ...entry, is: "rotation", version },
  };
}

/**
 * Between an attempt's look at the home and the call that rests on it lies a moment in which nobody sees these. It is
 * stated in docs/adr/0033-rotation-by-one-record.md, and left out here.
 */
const unseen: readonly Edit[] = [byHand, setBack, putPending, recreated];
const isWithinTheMoment = ({ runs }: World): boolean =>
  runs.some((run) => run?.home !== undefined && run.entry?.rotation.is !== "idle");

/** Whether an edit can be made now. */
export const isPossible = (edit: Edit, world: World): boolean => !unseen.includes(edit) || !isWithinTheMoment(world);

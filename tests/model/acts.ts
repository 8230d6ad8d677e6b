/** What others than the movers do: writers, persons on either side, and infrastructure as code. */
import { againTag, readStateTag, stateTag, writeStateTag } from "../../runtime/model/stateTag";
import { arnOf, versionIdOf, versionLabelText } from "../support/builders";
import { currentData, deleteMetadata, destroy, softDelete, undelete, writeByPerson } from "../support/fakeHome";
import {
  change,
  createSecret,
  currentOf,
  isScheduled,
  putValue,
  restoreByPerson,
  rollBack,
} from "../support/fakeSource";
import type { SourceState } from "../support/fakeSource";
import { formerEntity, name, path, recordPath, rotatorEntity } from "./actors";
import { settingActs } from "./settingChanges";
import { sourceState } from "./state";
import type { Past, State } from "./state";

/** An act on a state of its own copy; undefined when there is nothing to do it on. */
export type Act = (state: State) => State | undefined;

const past = (state: State, over: Partial<Past>): State => ({ ...state, past: { ...state.past, ...over } });

/** Numbers versions by how many there are, so that the n-th value is `{"n":<n>}`. */
export const valueOf = (number: number): string => `{"n":${number.toString()}}`;

const nextVersion = (state: State): number => sourceState(state).versions.length + 1;

const live = (state: State): boolean => !isScheduled(state.secret);

const currentHome = (state: State) => {
  const entry = state.home.entries[path];
  return entry?.versions[entry.current];
};

const retag = (state: State, over: Readonly<Record<string, string | undefined>>): State => {
  const tags: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...sourceState(state).tags, ...over })) {
    if (value !== undefined) tags[key] = value;
  }
  change(state.secret, { tags });
  return state;
};

const relabel = (state: State, over: Readonly<Record<string, string | undefined>>): State | undefined => {
  const entry = state.home.entries[path];
  if (entry === undefined) return undefined;
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...entry.labels, ...over })) {
    if (value !== undefined) labels[key] = value;
  }
  entry.labels = labels;
  return state;
};

const hasLabels = (state: State): boolean => {
  const { deleting, deleted } = state.home.entries[path]?.labels ?? {};
  return deleting !== undefined || deleted !== undefined;
};

const currentId = (state: State): string => currentOf(state.secret)?.versionId ?? "none";

const deny = (state: State, call: string): State => ({ ...state, denied: [...state.denied, call].sort() });

const entriesOf = (state: State): State["saved"] => structuredClone(state.home.entries);

export const acts: Readonly<Record<string, Act>> = {
  // A writer.
  put: (state) => {
    const number = nextVersion(state);
    return putValue(state.secret, valueOf(number), versionIdOf(number)) ? state : undefined;
  },
  "roll-back": (state) => {
    const previous = sourceState(state).versions.find(({ stages }) => stages.includes("AWSPREVIOUS"));
    return previous !== undefined && rollBack(state.secret, previous.versionId) ? state : undefined;
  },
  stage: (state) => {
    if (!live(state)) return undefined;
    const { versions } = sourceState(state);
    const number = nextVersion(state);
    const pending = { versionId: versionIdOf(number), value: { type: "string", string: valueOf(number) } as const };
    change(state.secret, { versions: [...versions, { ...pending, stages: ["AWSPENDING"] }] });
    return state;
  },
  finish: (state) => {
    const pending = sourceState(state).versions.find(({ stages }) => stages.includes("AWSPENDING"));
    if (pending === undefined || !rollBack(state.secret, pending.versionId)) return undefined;
    change(state.secret, {
      versions: sourceState(state).versions.map((version) => ({
        ...version,
        stages: version.stages.filter((stage) => stage !== "AWSPENDING"),
      })),
    });
    return state;
  },
  // A person at Vault.
  edit: (state) => {
    writeByPerson(state.home, path, '{"person":1}', state.time);
    return state;
  },
  "soft-delete": (state) => {
    const version = currentHome(state);
    if (version === undefined || version.destroyed || version.deletionTime !== "") return undefined;
    softDelete(state.home, path, state.time);
    return state;
  },
  undelete: (state) => {
    const version = currentHome(state);
    if (version === undefined || version.destroyed || version.deletionTime === "") return undefined;
    undelete(state.home, path);
    return state;
  },
  destroy: (state) => {
    if (currentHome(state)?.destroyed !== false) return undefined;
    destroy(state.home, path);
    return state;
  },
  "delete-metadata": (state) => {
    if (state.home.entries[path] === undefined) return undefined;
    deleteMetadata(state.home, path);
    return state;
  },
  // Whoever may patch metadata, and tools that do.
  annotate: (state) => relabel(state, { owner: "somebody" }),
  "lose-labels": (state) =>
    hasLabels(state) ? relabel(state, { deleting: undefined, deleted: undefined }) : undefined,
  "lose-all-labels": (state) => {
    const entry = state.home.entries[path];
    if (entry === undefined || Object.keys(entry.labels).length === 0) return undefined;
    entry.labels = {};
    return state;
  },
  "forge-deleted": (state) => {
    const told = `1;${state.secret.arn.slice(-6)};${currentId(state)};${new Date(state.time).toISOString()}`;
    return relabel(state, { deleting: told, deleted: told });
  },
  "forge-version": (state) => {
    const current = state.home.entries[path]?.current ?? 0;
    return relabel(state, {
      [`v${current.toString()}`]: versionLabelText(currentId(state), state.secret.arn.slice(-6)),
    });
  },
  "forge-format": (state) => relabel(state, { deleted: "2;of-a-newer-version" }),
  "forge-restore": (state) => relabel(state, { restoring: currentId(state) }),
  "forge-region": (state) => relabel(state, { "region.us-east-1": "alias/of-a-stranger", restoring: currentId(state) }),
  // An entity that was the mover's once, with which a person works today.
  "former-edit": (state) => {
    writeByPerson(state.home, path, '{"person":1}', state.time, formerEntity);
    return state;
  },
  // A rotator: its first look, which finds no home yet; then its claim, and what it makes of the value that the home holds.
  await: (state) => {
    writeByPerson(state.home, recordPath, "{}", state.time, rotatorEntity);
    return state;
  },
  rotate: (state) => {
    if (currentData(state.home, path, state.time) === undefined) return undefined;
    writeByPerson(state.home, recordPath, "{}", state.time, rotatorEntity);
    writeByPerson(state.home, path, '{"rotated":1}', state.time, rotatorEntity);
    return state;
  },
  // Whoever administers Vault.
  snapshot: (state) => ({ ...state, saved: entriesOf(state) }),
  rewind: (state) => {
    state.home.entries = structuredClone(state.saved);
    return state;
  },
  // Whoever administers AWS.
  "deny-restore": (state) => deny(state, "restore"),
  "deny-schedule": (state) => deny(state, "schedule"),
  "deny-tag": (state) => deny(state, "tag"),
  "deny-removeReplicas": (state) => deny(state, "removeReplicas"),
  "deny-replicate": (state) => deny(state, "replicate"),
  allow: (state) => (state.denied.length === 0 ? undefined : { ...state, denied: [] }),
  // Whoever deploys the stack.
  ...Object.fromEntries(
    settingActs.map((act): [string, Act] => [act, (state) => ({ ...state, deployed: [...state.deployed, act] })]),
  ),
  // A person at the source.
  restore: (state) => {
    if (live(state)) return undefined;
    // A mover that is under way can't tell it from its own restore, and may delete once more.
    const finished =
      state.slots.every(({ is }) => is !== "runs") &&
      state.past.scheduledBy === "mover" &&
      readStateTag(sourceState(state).tags).is === "known";
    restoreByPerson(state.secret);
    return past(state, { scheduledBy: "nobody", undone: state.past.undone || finished });
  },
  schedule: (state) => {
    if (!live(state)) return undefined;
    change(state.secret, { window: 7, scheduledAt: state.time });
    return past(state, { scheduledBy: "person", undone: false });
  },
  untag: (state) => {
    if (!live(state) || sourceState(state).tags[stateTag] === undefined) return undefined;
    return retag(state, { [stateTag]: undefined });
  },
  release: (state) => {
    if (!live(state) || sourceState(state).tags[stateTag] === undefined) return undefined;
    return past(retag(state, { [stateTag]: againTag }), { undone: false });
  },
  "cut-tag": (state) => {
    const text = sourceState(state).tags[stateTag];
    return live(state) && text !== undefined ? retag(state, { [stateTag]: text.slice(0, 20) }) : undefined;
  },
  "other-tag": (state) => {
    const read = readStateTag(sourceState(state).tags);
    if (!live(state) || read.is !== "known") return undefined;
    return retag(state, { [stateTag]: writeStateTag({ ...read.tag, owner: "stranger" }) });
  },
  "copied-tag": (state) => {
    const read = readStateTag(sourceState(state).tags);
    if (!live(state) || read.is !== "known") return undefined;
    return retag(state, { [stateTag]: writeStateTag({ ...read.tag, suffix: "Copied" }) });
  },
  exempt: (state) => (live(state) ? retag(state, { "vault-mover-mode": "exempt" }) : undefined),
  lower: (state) => (live(state) ? retag(state, { "vault-mover-mode": "copy" }) : undefined),
  // Infrastructure as code: a delete without a window and a new secret of the same name.
  recreate: (state) => {
    const made: SourceState = { secrets: [] };
    const suffix = state.secret.arn === arnOf(name) ? "ZyXwVu" : "QpOnMl";
    const secret = createSecret(made, name, '{"new":1}', { suffix, versionId: versionIdOf(101) });
    return past({ ...state, secret }, { scheduledBy: "nobody", undone: false });
  },
};

/** Acts after which the secret's own way into Vault may rightly end elsewhere than moved. */
export const writerActs: readonly string[] = ["put", "roll-back", "annotate"];

export const isInterference = (act: string): boolean => !writerActs.includes(act);

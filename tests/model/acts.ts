/** What others than the movers do: writers, persons on either side, and infrastructure as code. */
import { stateTag } from "../../runtime/model/labels";
import { arnOf, versionIdOf } from "../support/builders";
import { deleteMetadata, destroy, softDelete, undelete, writeByPerson } from "../support/fakeHome";
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
import { name, path, sourceState } from "./state";
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
  annotate: (state) => {
    const entry = state.home.entries[path];
    if (entry === undefined) return undefined;
    entry.labels = { ...entry.labels, owner: "somebody" };
    return state;
  },
  // A person at the source.
  restore: (state) => {
    if (live(state)) return undefined;
    const current = currentOf(state.secret)?.versionId;
    const labels = state.home.entries[path]?.labels ?? {};
    // A mover that is under way knows nothing of it yet, and may delete once more.
    const finished =
      state.slots.every(({ is }) => is !== "runs") &&
      state.past.scheduledBy === "mover" &&
      labels["deleted"] === current &&
      labels["restoring"] === undefined &&
      // A mover that stopped may have left the label without its announcement.
      (labels["deleting"] !== undefined || !state.past.crashed) &&
      sourceState(state).tags[stateTag] !== undefined;
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
    return past(retag(state, { [stateTag]: undefined }), { undone: false });
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

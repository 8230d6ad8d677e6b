/**
 * The protocol with one safeguard switched off. The code stays the real one: what stands between it and its ports
 * reorders, leaves out, or answers as if the safeguard had been satisfied.
 */
import { absentHome } from "../../runtime/model/home";
import type { Home } from "../../runtime/model/home";
import { ownerOf, placeOf, readStateTag, stateTag, writeStateTag } from "../../runtime/model/stateTag";
import type { StateTag } from "../../runtime/model/stateTag";
import type { HomePort, SourcePort } from "../../runtime/model/ports";
import type { Source } from "../../runtime/model/source";
import type { MoverSettings } from "../../runtime/shared/environment";
import { entityId } from "../support/builders";
import { formerEntity, recordPath, rotatorEntity } from "./actors";
import type { Ports, Wrap } from "./movers";
import { printedValue } from "./step";

/** Two safeguards off at once: one alone makes good what the other lets through. */
export const together =
  (first: Wrap, second: Wrap): Wrap =>
  (ports, now, settings) =>
    first(second(ports, now, settings), now, settings);

type Described = Awaited<ReturnType<SourcePort["describe"]>>;

/** Changes what a describe answers. */
const describing =
  (edit: (source: Source, settings: MoverSettings) => Source): Wrap =>
  ({ source, home }, _now, settings) => ({
    home,
    source: {
      ...source,
      describe: async (id, step) => {
        const found = await source.describe(id, step);
        return found.is === "found" ? { is: "found", source: edit(found.source, settings) } : found;
      },
    },
  });

/** Changes what a home's metadata says, and what is written into its labels. */
const labelling =
  (
    edit: (home: Home, settings: MoverSettings) => Home,
    patch: (patch: Parameters<HomePort["label"]>[1]) => typeof patch = (same) => same,
  ): Wrap =>
  ({ source, home }, _now, settings) => ({
    source,
    home: {
      ...home,
      metadata: async (path) => edit(await home.metadata(path), settings),
      label: (path, labels) => home.label(path, patch(labels)),
    },
  });

/** What `resolve` found is taken as well where the home, read after it, holds versions. */
export const sourceFirst: Wrap = ({ source, home }) => {
  let early: Described | undefined;
  return {
    source: {
      ...source,
      describe: async (id, step) => {
        const found = (step === "describe" ? early : undefined) ?? (await source.describe(id, step));
        early = step === "resolve" ? found : undefined;
        return found;
      },
      read: (arn, versionId) => {
        early = undefined;
        return source.read(arn, versionId);
      },
    },
    home,
  };
};

/** After a delete the source is taken to carry the tag that this run wrote. */
export const noLostTag: Wrap = ({ source, home }) => {
  let written: string | undefined;
  let deleted = false;
  return {
    home,
    source: {
      ...source,
      describe: async (id, step) => {
        const found = await source.describe(id, step);
        if (found.is !== "found" || !deleted || written === undefined) return found;
        return { is: "found", source: { ...found.source, tags: { ...found.source.tags, [stateTag]: written } } };
      },
      tag: (arn, value) => {
        written = value;
        deleted = false;
        return source.tag(arn, value);
      },
      schedule: async (arn, days) => {
        const done = await source.schedule(arn, days);
        deleted = done.is === "done";
        return done;
      },
      restore: (arn) => {
        deleted = false;
        return source.restore(arn);
      },
    },
  };
};

/** What this entity wrote counts as the mover's. */
const takenForTheMovers = (entity: string): Wrap =>
  labelling((home) => ({
    ...home,
    versions: Object.fromEntries(
      Object.entries(home.versions).map(([number, one]) => [
        number,
        one.authorEntityId === entity ? { ...one, authorEntityId: entityId } : one,
      ]),
    ),
  }));

/** A former mover's entity. */
export const noRecognition: Wrap = takenForTheMovers(formerEntity);
/** The rotator. */
export const noRotator: Wrap = takenForTheMovers(rotatorEntity);

/** Nobody looks who keeps a rotation. */
export const noRotations: Wrap = ({ source, home }) => ({
  source,
  home: { ...home, metadata: async (path) => (path === recordPath ? absentHome : home.metadata(path)) },
});

/** A rotator is taken to wait for every secret. */
export const everyRotation: Wrap = ({ source, home }) => ({
  source,
  home: {
    ...home,
    metadata: async (path) => {
      const read = await home.metadata(path);
      if (path !== recordPath || read.currentVersion > 0) return read;
      const written = { createdTime: "", deletionTime: "", destroyed: false, authorEntityId: rotatorEntity };
      return { ...read, currentVersion: 1, versions: { 1: written } };
    },
  },
});

/** Whoever keeps a rotation wrote the home, too. */
export const anyRotation: Wrap = ({ source, home }) => {
  let lastHome: Home = absentHome;
  return {
    source,
    home: {
      ...home,
      metadata: async (path) => {
        const read = await home.metadata(path);
        if (path === recordPath && read.currentVersion > 0) return lastHome;
        lastHome = read;
        return read;
      },
    },
  };
};

/** Every write says the version that is current at that moment. */
export const noCheckAndSet: Wrap = ({ source, home }) => ({
  source,
  home: {
    ...home,
    write: async (path, body) => {
      const wanted = Number(/"cas":(\d+)/.exec(body)?.[1]);
      for (;;) {
        const { currentVersion } = await home.metadata(path);
        const written = await home.write(path, body.replace(/"cas":\d+/, `"cas":${currentVersion.toString()}`));
        if (written.is !== "mismatch")
          return written.is === "written" ? { is: "written", version: wanted + 1 } : written;
      }
    },
  },
});

/** What a run wrote is taken for what it reads back; `asks`: whether it looks at all. */
const believing =
  (asks: boolean, believes: { readonly value: boolean; readonly version: boolean }): Wrap =>
  ({ source, home }) => {
    let written: { readonly version: number; readonly data: string } | undefined;
    let proving = false;
    const believed = (read: Home): Home => {
      if (!proving || written === undefined) return read;
      proving = false;
      const { version } = written;
      const own = { createdTime: "", deletionTime: "", destroyed: false, authorEntityId: entityId };
      return {
        ...read,
        currentVersion: version,
        versions: { ...read.versions, [version]: read.versions[version] ?? own },
      };
    };
    return {
      source,
      home: {
        ...home,
        write: async (path, body) => {
          const answer = await home.write(path, body);
          const data = printedValue(body.slice(body.indexOf('"data":') + 7, -1));
          if (answer.is === "written") written = { version: answer.version, data };
          return answer;
        },
        read: async (path) => {
          proving = believes.version;
          const createdTime = async (): Promise<string> =>
            (await home.metadata(path)).versions[written?.version ?? 0]?.createdTime ?? "";
          if (!asks && written !== undefined) {
            return { is: "value", createdTime: await createdTime(), deletionTime: "", ...written };
          }
          const answer = await home.read(path);
          if (answer.is !== "value" || written === undefined) return answer;
          return {
            ...answer,
            ...(believes.value ? { data: written.data } : {}),
            ...(believes.version
              ? { version: written.version, data: written.data, createdTime: await createdTime() }
              : {}),
          };
        },
        metadata: async (path) => believed(await home.metadata(path)),
      },
    };
  };

export const noEqualReadBack: Wrap = believing(true, { value: true, version: false });
export const noCurrentReadBack: Wrap = believing(true, { value: false, version: true });
export const noReadBack: Wrap = believing(false, { value: true, version: true });

/** An expiry is not seen. */
export const noExpiry: Wrap = ({ source, home }) => ({
  source,
  home: {
    ...home,
    read: async (path) => {
      const answer = await home.read(path);
      return answer.is === "value" ? { ...answer, deletionTime: "" } : answer;
    },
    metadata: async (path) => {
      const read = await home.metadata(path);
      const versions = Object.entries(read.versions).map(([number, one]) => [number, { ...one, deletionTime: "" }]);
      return { ...read, versions: Object.fromEntries(versions) as Home["versions"] };
    },
  },
});

/** After the delete both sides are taken to be as they were, and scheduled. */
export const noSecondLook: Wrap = ({ source, home }) => {
  let lastHome: Home | undefined;
  let lastSource: Source | undefined;
  let deleted = false;
  let written = "";
  return {
    source: {
      ...source,
      tag: (arn, value) => {
        written = value;
        return source.tag(arn, value);
      },
      describe: async (id, step) => {
        if (deleted && lastSource !== undefined) {
          const tags = { ...lastSource.tags, [stateTag]: written };
          return { is: "found", source: { ...lastSource, tags, scheduled: true } };
        }
        const found = await source.describe(id, step);
        if (found.is === "found") lastSource = found.source;
        return found;
      },
      schedule: async (arn, days) => {
        const done = await source.schedule(arn, days);
        deleted = done.is === "done";
        return done;
      },
    },
    home: {
      ...home,
      metadata: async (path) => {
        if (deleted && lastHome !== undefined) return lastHome;
        lastHome = await home.metadata(path);
        return lastHome;
      },
      label: (path, patch) => {
        if (lastHome !== undefined) {
          const labels = Object.entries({ ...lastHome.labels, ...patch }).filter(([, value]) => value !== null);
          lastHome = { ...lastHome, labels: Object.fromEntries(labels) as Home["labels"] };
        }
        return home.label(path, patch);
      },
    },
  };
};

/** One label for the whole entry, taken for the label of whatever version is current. */
export const oneLabel: Wrap = labelling(
  (home) => {
    const { "tag.v": label, ...others } = home.labels;
    return label === undefined
      ? home
      : { ...home, labels: { ...others, [`v${home.currentVersion.toString()}`]: label } };
  },
  (patch) =>
    Object.fromEntries(Object.entries(patch).map(([key, value]) => [/^v\d+$/.test(key) ? "tag.v" : key, value])),
);

/** Every version counts as the mover's. */
export const noAuthors: Wrap = labelling((home) => ({
  ...home,
  versions: Object.fromEntries(
    Object.entries(home.versions).map(([number, one]) => [number, { ...one, authorEntityId: entityId }]),
  ),
}));

/** Nobody looks at a secret that is scheduled for deletion. */
export const noLateCheck: Wrap = ({ source, home }: Ports) => ({
  home,
  source: {
    ...source,
    describe: async (id, step) => {
      const found = await source.describe(id, step);
      const passed = step === "resolve" && found.is === "found" && found.source.scheduled;
      return passed ? { is: "refused", outcome: "skipped", reason: "scheduled-by-others" } : found;
    },
  },
});

/** Of a live source neither the mover's own tag nor the home's labels are seen, so nothing tells that somebody took a move back. */
export const noUndo: Wrap = together(
  describing((source) => {
    const { [stateTag]: tag, ...tags } = source.tags;
    return tag === undefined || source.scheduled ? source : { ...source, tags };
  }),
  labelling((home) => {
    const { deleting, deleted, ...labels } = home.labels;
    return deleting === undefined && deleted === undefined ? home : { ...home, labels };
  }),
);

/** Staged versions are not seen. */
export const noStaged: Wrap = describing((source) => ({ ...source, staged: false, pending: false }));

/** What was written over the version of a finished move is taken for a person's. */
export const noOverwritten: Wrap = labelling((home) => {
  const { currentVersion, labels, versions } = home;
  const current = versions[currentVersion];
  const held = labels[`v${currentVersion.toString()}`]?.split(";")[3];
  const deleted = labels["deleted"]?.split(";")[2];
  if (deleted === undefined || current === undefined || held === deleted) return home;
  return { ...home, versions: { ...versions, [currentVersion]: { ...current, authorEntityId: "somebody" } } };
});

/** A label orders to take a deletion back, as one did once: then the home is taken to hold nothing of what was proven. */
export const obeysLabels: Wrap = labelling((home) =>
  home.labels["restoring"] === undefined ? home : { ...home, currentVersion: 0, versions: {} },
);

/** Changes what a mover reads in the source's tag. */
const readingTag = (edit: (tag: StateTag, settings: MoverSettings) => StateTag): Wrap =>
  describing((source, settings) => {
    const read = readStateTag(source.tags);
    const text = read.is === "known" ? writeStateTag(edit(read.tag, settings)) : undefined;
    return text === undefined ? source : { ...source, tags: { ...source.tags, [stateTag]: text } };
  });

/** Every tag is read as if this very mover had written it, for its own homes. */
export const noOwner: Wrap = readingTag((tag, settings) => ({
  ...tag,
  owner: ownerOf(settings.entityId),
  place: placeOf(settings),
}));

/** A restore that AWS denies ends the run, with an outcome that nobody is told of. */
export const noRestoreDenied: Wrap = ({ source, home }) => ({
  home,
  source: {
    ...source,
    restore: async (arn) => {
      const done = await source.restore(arn);
      const denied = done.is === "refused" && done.reason === "access-denied";
      return denied ? { is: "refused", outcome: "skipped", reason: "scheduled-by-others" } : done;
    },
  },
});

/** The tag is read as if it named the place of today's homes. */
export const noPlace: Wrap = readingTag((tag, settings) => ({ ...tag, place: placeOf(settings) }));

/** A home that somebody wrote counts by today's setting, also where a finished move was proven against it. */
export const acceptedByToday: Wrap = labelling((home, { foreignHomes }) => {
  const isSomebodys = home.versions[home.currentVersion]?.authorEntityId !== entityId;
  return foreignHomes === "refuse" && isSomebodys ? { ...home, currentVersion: 0, versions: {} } : home;
});

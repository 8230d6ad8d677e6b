/** Both sides of a secret, the settings and the clock, as fast-check makes them up: few values, so that they meet. */
import { boolean, constant, constantFrom, oneof, option, record } from "fast-check";
import type { Arbitrary } from "fast-check";

import type { Home, HomeVersion } from "../../runtime/model/home";
import type { Source } from "../../runtime/model/source";
import { placeOf, timeKey, writeStateTag } from "../../runtime/model/stateTag";
import type { Proof, StateTag } from "../../runtime/model/stateTag";
import type { Now } from "../../runtime/mover/facts";
import type { MoverSettings } from "../../runtime/shared/environment";
import {
  anonymousVersion,
  arnOf,
  entityId,
  homeVersionOf,
  moverSettings,
  sourceOf,
  sourceWithoutValue,
  startTime,
  versionLabelText,
} from "./builders";
import { replicaIn } from "./fakeSource";
import { tagOf, v1, v2 } from "./decisions";

export interface Sides {
  readonly source: Source;
  readonly home: Home;
  readonly settings: MoverSettings;
  readonly at: Now;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** The first value in most cases, so that what is rare does not hide what comes after it. */
const mostly = <T>(usual: T, ...rare: readonly T[]): Arbitrary<T> =>
  oneof({ weight: 9, arbitrary: constant(usual) }, { weight: 1, arbitrary: constantFrom(...rare) });

/** Leaves out what is undefined: an absent field and an absent label. */
const present = <T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

/** The limits of five minutes, of a quarter of an hour and of three days, and what lies on either side. */
const moments = [0, 5 * minute, 15 * minute, 3 * day].flatMap((limit) =>
  [limit - 1, limit, limit + 1].flatMap((length) => [startTime - length, startTime + length]),
);

const createdTimes = ["2026-03-01T11:00:00.000000001Z", "2026-03-01T12:00:00Z"] as const;

const ownTag: Arbitrary<string | undefined> = record({
  state: constantFrom<StateTag["state"]>("d", "d", "t", "b", "u"),
  owner: mostly(tagOf().owner, "former", "anothers"),
  place: mostly(tagOf().place, placeOf(moverSettings({ mount: "before" })), "00000000"),
  suffix: mostly("AbCdEf", "Zzzzzz"),
  versionId: mostly(v1, v2),
  homeVersion: constantFrom(1, 1, 2, 3),
  created: mostly(timeKey(createdTimes[0]), timeKey(createdTimes[1])),
  taggedAt: constantFrom(...moments),
}).map((over) => writeStateTag(tagOf(over)));

const stateTags: Arbitrary<string | undefined> = oneof(
  { weight: 5, arbitrary: constant(undefined) },
  { weight: 5, arbitrary: ownTag },
  { weight: 1, arbitrary: constantFrom("again", "", "1/entity-o", `${v1}/2026-04-01T00:00:00.000Z`) },
);

const tags: Arbitrary<Source["tags"]> = record({
  "vault-mover": stateTags,
  "vault-mover-mode": mostly<string | undefined>(undefined, "exempt", "audit", "copy", "move", "typo", ""),
  "aws:cloudformation:stack-id": mostly<string | undefined>(undefined, "x"),
  owner: mostly<string | undefined>(undefined, "x"),
}).map(present);

const source: Arbitrary<Source> = record({
  id: mostly<string | undefined>(v1, v2, undefined, "a;b", ""),
  name: mostly("app/db", "other/db", "events!connection/x", "AmazonMSK_x", "app/vault-unseal-keys"),
  staged: mostly(false, true),
  pending: mostly(false, true),
  scheduled: boolean(),
  deletedDate: constantFrom(undefined, ...moments),
  tags,
  rotating: mostly(false, true),
  owningService: mostly<string | undefined>(undefined, "rds"),
  primaryRegion: mostly<string | undefined>(undefined, "us-east-1"),
  replicas: mostly<Source["replicas"]>([], [replicaIn("us-east-1")], [replicaIn("us-east-1", { key: "foreign" })]),
}).map(({ id, name, deletedDate, owningService, primaryRegion, ...rest }) => {
  const over = { ...rest, name, arn: arnOf(name), ...present({ owningService, primaryRegion }) };
  const ends = rest.scheduled && deletedDate !== undefined ? { ...over, deletedDate } : over;
  return id === undefined ? sourceWithoutValue(ends) : sourceOf({ ...ends, currentVersionId: id });
});

const version: Arbitrary<HomeVersion> = record({
  author: constantFrom(entityId, entityId, entityId, "former", "somebody", "", undefined, undefined),
  createdTime: mostly<string>(...createdTimes),
  deletionTime: mostly("", "2026-03-01T11:59:59Z", "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z", "never"),
  destroyed: mostly(false, true),
}).map(({ author, ...over }) =>
  author === undefined ? anonymousVersion(over) : homeVersionOf({ ...over, authorEntityId: author }),
);

const label = constantFrom(
  ...Array.from({ length: 6 }, () => versionLabelText(v1)),
  versionLabelText(v2),
  versionLabelText(v1, "Zzzzzz"),
  "2;newer",
  undefined,
  undefined,
);
const maybe = <T>(some: Arbitrary<T>): Arbitrary<T | undefined> => option(some, { nil: undefined, freq: 2 });

const deletion: Arbitrary<string> = oneof(
  record({ versionId: mostly(v1, v2), suffix: mostly("AbCdEf", "Zzzzzz"), time: constantFrom(...moments) }).map(
    ({ versionId, suffix, time }) => `1;${suffix};${versionId};${new Date(time).toISOString()}`,
  ),
  constantFrom("", "garbage", `2;AbCdEf;${v1};2026-03-01T12:00:00.000Z`),
);

const home: Arbitrary<Home> = record({
  currentVersion: constantFrom(0, 1, 1, 1, 2, 2, 3),
  versions: record({ 1: version, 2: version, 3: maybe(version) }),
  labels: record({
    v1: label,
    v2: label,
    v3: maybe(label),
    deleting: maybe(deletion),
    deleted: maybe(deletion),
  }),
}).map(({ currentVersion, versions, labels }) => {
  const there = Object.entries(present<HomeVersion>(versions)).filter(([number]) => Number(number) <= currentVersion);
  return { currentVersion, oldestVersion: 0, versions: Object.fromEntries(there), labels: present(labels) };
});

const settings: Arbitrary<MoverSettings> = record({
  mode: constantFrom("audit", "copy", "move", "move"),
  modeRules: mostly<MoverSettings["modeRules"]>([], [{ pattern: "app/*", mode: "copy" }]),
  namePrefix: mostly("", "app/"),
  exemptNames: mostly<readonly string[]>([], ["app/*"]),
  ownerTags: mostly<readonly string[]>([], ["owner"]),
  serviceReadNames: mostly<readonly string[]>([], ["app/*"]),
  replicas: constantFrom("skip", "remove"),
  replicaRegions: constantFrom<readonly string[]>([], ["us-east-1"]),
  rotation: constantFrom("skip", "move"),
  authorship: constantFrom("entity", "label"),
  foreignHomes: constantFrom("refuse", "accept-equal"),
  formerEntityIds: constantFrom<readonly string[]>([], ["former"]),
  formerPlaces: constantFrom<readonly string[]>([], [placeOf(moverSettings({ mount: "before" }))]),
} satisfies Record<string, Arbitrary<unknown>>).map((over) => moverSettings(over as Partial<MoverSettings>));

const proof: Arbitrary<Proof> = record({
  homeVersion: constantFrom(1, 2),
  createdTime: mostly<string>(...createdTimes),
  versionId: mostly(v1, v2),
});
const at: Arbitrary<Now> = oneof(
  { weight: 9, arbitrary: constant({ now: startTime }) },
  { weight: 1, arbitrary: proof.map((proven) => ({ now: startTime, proof: proven })) },
);

export const sides: Arbitrary<Sides> = record({ source, home, settings, at });

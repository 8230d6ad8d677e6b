/** Builders with overrides: a test names only what it is about. */
import type { MoverStack } from "../../components/reader/moverStack";
import type { Home, HomeVersion } from "../../runtime/model/home";
import type { Source } from "../../runtime/model/source";
import type { MoverSettings } from "../../runtime/shared/environment";
import type { SweepSettings } from "../../runtime/sweeper/settings";

export const account = "111122223333";
export const region = "eu-west-1";
export const entityId = "entity-of-the-mover";
/** Where all tests' clocks start. */
export const startTime = Date.parse("2026-03-01T12:00:00.000Z");

export const arnOf = (name: string, suffix = "AbCdEf"): string =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`;

export const versionIdOf = (number: number): string => `00000000-0000-4000-8000-${number.toString().padStart(12, "0")}`;

/** Settings of a stack in mode `move`, all else at its default. */
export const moverSettings = (over: Partial<MoverSettings> = {}): MoverSettings => ({
  account,
  region,
  vaultAddress: "https://vault.example.com",
  vaultNamespace: "",
  vaultCaCertificate: "",
  mount: "homing",
  homePrefix: "aws",
  homeTemplate: "aws/{account}/{region}/{name}",
  login: "aws",
  loginPath: "homing-aws",
  loginRole: "homing-mover",
  serverId: "vault.example.com",
  audience: "https://vault.example.com",
  signingAlgorithm: "ES384",
  entityId,
  formerEntityIds: [],
  operatorEntityIds: [],
  formerPlaces: [],
  authorship: "entity",
  mode: "move",
  modeRules: [],
  namePrefix: "",
  exemptNames: [],
  confirmedNames: [],
  ownerTags: [],
  serviceReadNames: [],
  replicas: "skip",
  replicaRegions: [],
  rotation: "skip",
  objects: "fields",
  foreignHomes: "refuse",
  recoveryWindowDays: 30,
  settleMinutes: 0,
  deletesPerSecond: 5,
  maxConcurrency: 5,
  queueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/homing",
  deadLetterQueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/homing-dead-letter",
  ...over,
});

/** A sweeper that has every secret of a mover in mode `move` looked at. */
export const sweepSettings = (over: Partial<SweepSettings> = {}): SweepSettings => ({
  region,
  enabled: true,
  entityId: "0a1b2c3d-entity",
  place: "",
  formerEntityIds: [],
  mode: "move",
  modeRules: [],
  namePrefix: "",
  exemptNames: [],
  settleMinutes: 0,
  sweepShare: 0.5,
  queueUrl: "https://sqs.example/queue",
  ...over,
});

/** Outputs of a mover's stack as far as other programs need them. */
export const moverStackOf = (over: Partial<MoverStack> = {}): MoverStack => ({
  account,
  region,
  vaultAddress: "https://vault.example.com",
  vaultNamespace: "",
  vaultCaCertificate: "",
  mount: "homing",
  homePrefix: "aws",
  homeTemplate: "aws/{account}/{region}/{name}",
  loginMethod: "aws",
  loginPath: "homing-aws",
  serverId: "vault.example.com",
  audience: "",
  signingAlgorithm: "ES384",
  ...over,
});

/** A described secret with one value. */
export const sourceOf = (over: Partial<Source> = {}): Source => ({
  arn: arnOf("app/db"),
  name: "app/db",
  suffix: "AbCdEf",
  currentVersionId: versionIdOf(1),
  staged: false,
  pending: false,
  versionIds: [versionIdOf(1)],
  scheduled: false,
  tags: {},
  description: "",
  rotating: false,
  replicas: [],
  ...over,
});

/** The same with no value, which `sourceOf` can't say by an override. */
export const sourceWithoutValue = (over: Partial<Source> = {}): Source => {
  const { currentVersionId, ...rest } = sourceOf(over);
  return { ...rest, versionIds: rest.versionIds.filter((id) => id !== currentVersionId) };
};

export const homeVersionOf = (over: Partial<HomeVersion> = {}): HomeVersion => ({
  createdTime: "2026-03-01T11:00:00.000000001Z",
  deletionTime: "",
  destroyed: false,
  authorEntityId: entityId,
  ...over,
});

/** A KV version whose server does not say who wrote it. */
export const anonymousVersion = (over: Partial<HomeVersion> = {}): HomeVersion => {
  const { authorEntityId, ...rest } = homeVersionOf(over);
  return authorEntityId === undefined ? { ...rest } : rest;
};

export const versionLabelText = (versionId = versionIdOf(1), suffix = "AbCdEf", kind = "fields"): string =>
  `1;${suffix};${kind};${versionId}`;

/** A home whose only version is the mover's and labelled as the source's version 1. */
export const homeOf = (over: Partial<Home> = {}): Home => ({
  currentVersion: 1,
  oldestVersion: 0,
  versions: { 1: homeVersionOf() },
  labels: { v1: versionLabelText() },
  ...over,
});

/** CloudTrail's record of a call as EventBridge delivers it. */
export const cloudTrailEvent = (detail: Record<string, unknown>, detailType = "AWS API Call via CloudTrail"): string =>
  JSON.stringify({
    version: "0",
    id: "00000000-1111-2222-3333-444444444444",
    "detail-type": detailType,
    source: "aws.secretsmanager",
    account,
    time: "2026-03-01T12:00:00Z",
    region,
    resources: [],
    detail: { eventSource: "secretsmanager.amazonaws.com", awsRegion: region, ...detail },
  });

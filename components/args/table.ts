/** Every argument of `Homing`, which is every setting of the program: what it may be, and what it is by default. */
import type { Output } from "@pulumi/pulumi";
import { modes } from "../../runtime/shared/environment";
import type { ModeRule } from "../../runtime/shared/environment";
import type { HomingArgs } from "../homingArgs";
import { address, anyText, flag, integer, list, map, number, oneOf, text, texts, word } from "./checks";
import type { Argument } from "./checks";

/** A path without slashes at its ends. */
export const segments = /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/;
export const segmentsForm = "segments of letters, digits, _ and -, with / between them";
const nameCharacters = "A-Za-z0-9/_+=.@!-";
/** Not stars alone: what applies to every secret has a setting of its own, and here is most likely a mistake. */
const pattern = new RegExp(`^(?!\\*+$)[*${nameCharacters}]{1,512}$`);
const patternForm = "name patterns of letters, digits and /_+=.@!-, with * for any run of characters; not * alone";
/** Not every role or every user: that would be no fence. */
const principal = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/(?!\*+$)[\w+=,.@*/-]{1,512}$/;
const logLevels = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

function isModeRule(value: unknown): value is ModeRule {
  if (typeof value !== "object" || value === null) return false;
  const { pattern: given, mode, ...rest } = value as Record<string, unknown>;
  return (
    typeof given === "string" &&
    pattern.test(given) &&
    modes.some((known) => known === mode) &&
    Object.keys(rest).length === 0
  );
}

const certificate = /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/;
const certificateForm = "certificates in PEM form";

/** Without their numbers, names of regions are words: `eu-west-1`, `us-gov-east-1`. Which there are, AWS says. */
const regionName = /^[a-z]{2,}(-[a-z]+)+-[1-9]\d?$/;

const kmsKey = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;

/** Every argument under its key. An empty fallback can stand for one that depends on others. */
export const catalogue = {
  vaultAddress: address(false),
  vaultNamespace: text(segments, segmentsForm),
  vaultCaCertificate: text(certificate, certificateForm),
  mount: text(
    /^(?!(sys|auth|identity|cubbyhole)(\/|$))[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/,
    `${segmentsForm}; not one of Vault's own (sys, auth, identity, cubbyhole)`,
    "homing",
  ),
  adoptMount: flag(false),
  protect: flag(true),
  homePrefix: text(segments, segmentsForm, "aws"),
  homeTemplate: anyText("{homePrefix}/{account}/{region}/{name}"),
  regions: texts(regionName, "names of regions, as in eu-west-1", 40),
  formerRegions: texts(regionName, "names of regions, as in eu-west-1", 40),
  login: word(["aws", "jwt"], "aws"),
  loginPath: text(segments, segmentsForm),
  adoptLogin: flag(false),
  loginRole: text(/^[a-z0-9_-]{1,128}$/, "up to 128 small letters, digits, _ and -"),
  serverId: text(/^[A-Za-z0-9._:-]{1,255}$/, "up to 255 letters, digits and . _ : -"),
  audience: text(/^[\x21-\x7e]{1,1000}$/, "up to 1000 printable ASCII characters without spaces"),
  signingAlgorithm: word(["ES384", "RS256"], "ES384"),
  adoptTokenIssuer: flag(false),
  tokenTtlMinutes: integer(1, 60, 15),
  stsEndpoint: address(true),
  tokenIssuerUrl: address(true),
  tokenIssuerCa: text(certificate, certificateForm),
  formerEntityIds: texts(/^[A-Za-z0-9-]{1,64}$/, "entity ids", 10),
  operatorRoleArns: texts(
    /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/,
    "ARNs of IAM roles, with their paths and without *",
    10,
  ),
  formerPlaces: texts(/^[0-9a-f]{8}$/, "places of eight hexadecimal digits, as a source's tag names them", 5),
  authorship: word(["entity", "label"], "entity"),
  mode: word(modes, "audit"),
  modeRules: list(isModeRule, `{pattern, mode} pairs, mode one of ${modes.join(", ")}, patterns: ${patternForm}`, 50),
  namePrefix: text(new RegExp(`^[${nameCharacters}]{1,256}$`), "up to 256 letters, digits and /_+=.@!-"),
  exemptNames: texts(pattern, patternForm, 50),
  confirmedNames: texts(pattern, patternForm, 50),
  fence: word(["none", "policy"], "none"),
  fencePrincipals: texts(
    principal,
    "ARN patterns of roles and users, with * for any run of characters; not * alone after role/ or user/",
    20,
  ),
  ownerTags: texts(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, "tag keys of up to 128 characters", 20),
  serviceReadNames: texts(pattern, patternForm, 50),
  replicas: word(["skip", "remove"], "skip"),
  replicaRegions: texts(regionName, "names of regions, as in eu-west-1", 10),
  rotation: word(["skip", "move", "hand-over"], "skip"),
  objects: word(["fields", "text"], "fields"),
  foreignHomes: word(["refuse", "accept-equal"], "refuse"),
  recoveryWindowDays: integer(7, 30, 30),
  settleMinutes: integer(0, 43_200, 0),
  deletesPerSecond: number(0.1, 25, 5),
  enabled: flag(true),
  maxConcurrency: integer(2, 1000, 5),
  batchSize: integer(1, 10, 5),
  memoryMb: integer(128, 10_240, 256),
  timeoutSeconds: integer(60, 900, 120),
  sweepEnabled: flag(true),
  sweepShare: number(0.05, 1, 0.5),
  logRetentionDays: oneOf(retentionDays, 90),
  logLevel: word(logLevels, "INFO"),
  kmsKeyArns: texts(kmsKey, "ARNs of KMS keys (not of aliases)", 20),
  subnetIds: texts(/^subnet-[0-9a-f]+$/, "subnet ids", 16),
  securityGroupIds: texts(/^sg-[0-9a-f]+$/, "security group ids", 5),
  tags: map(
    (name, value) =>
      /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu.test(name) && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value),
    "tag keys (not aws:…) with texts as values; for a number or true: pulumi config set --type string --path 'homing:tags.KEY'",
    50,
  ),
  architecture: word(["arm64", "x86_64"], "arm64"),
  permissionsBoundaryArn: text(
    /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/,
    "the ARN of a managed policy",
  ),
  rolePath: text(/^\/([\w+=,.@-]+\/)*$/, "a path as in /platform/, with a slash at both ends", "/"),
  encryptionKeyArn: text(kmsKey, "the ARN of a KMS key (not of an alias)"),
  retainLogs: flag(false),
  alarmTopicArn: text(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, "the ARN of an SNS topic"),
  okNotifications: flag(false),
} satisfies { readonly [K in keyof HomingArgs]-?: Argument<unknown> };

export type Key = keyof typeof catalogue;
/** The arguments once all of them are known, each by itself. */
export type Values = { readonly [K in Key]: (typeof catalogue)[K] extends Argument<infer T> ? T : never };

/** Arguments that another resource may tell. No resource is made, or left out, because of what they say. */
export const lateKeys = [
  "vaultAddress",
  "vaultCaCertificate",
  "kmsKeyArns",
  "subnetIds",
  "securityGroupIds",
  "tags",
  "permissionsBoundaryArn",
  "encryptionKeyArn",
  "alarmTopicArn",
] as const satisfies readonly Key[];
export type LateKey = (typeof lateKeys)[number];
/** The arguments, checked. One that another resource tells is checked when it comes. */
export type KnownValues = {
  readonly [K in Key]: K extends LateKey ? Values[K] | Output<Values[K]> : Values[K];
};

/** Each key with the value that it has when nothing is given. */
export const defaults = Object.fromEntries(
  Object.entries(catalogue).map(([key, setting]) => [key, setting.fallback]),
) as Values;

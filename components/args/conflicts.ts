/** Arguments that are each allowed, and not together or not here. */
import { Output } from "@pulumi/pulumi";
import { writeEnvironment } from "../../runtime/shared/environment";
import type { Place } from "../aws/names";
import { fenceExcess } from "../fence/fenceDocument";
import { fenceRules } from "../fence/fences";
import { moverSettings } from "./moverPart";
import type { MoverPart } from "./moverPart";
import { defaults, segments, segmentsForm } from "./table";
import type { Key, KnownValues, Values } from "./table";

/** How the reader of a fault knows an argument: `mode`, or `homing:mode`. */
export type Label = (key: string) => string;

/** Lambda's limit for all variables of a function together. */
const environmentBytes = 4_096;
/** Room for the variables that are not the mover's: names and values of the logger's and the metrics' settings. */
const otherVariables = 200;
const longestEntityId = "e".repeat(36);
/** As long as any region's name, account and role may be. */
const longest = {
  partition: "aws-us-gov",
  region: "ap-southeast-99",
  account: "1".repeat(12),
  loginRole: "r".repeat(72),
  roleName: "r".repeat(64),
};

/** Arguments that are missing, that need each other, or of which only one can be meant. */
export function combinationFaults(values: KnownValues, hasAddress: boolean, label: Label): string[] {
  // By content: Pulumi.yaml's default of a list is read like any other value. What comes later is never the default.
  const given = (key: Key): boolean =>
    Output.isInstance(values[key]) || JSON.stringify(values[key]) !== JSON.stringify(defaults[key]);
  const faults: string[] = [];
  const refuse = (when: boolean, fault: string): void => {
    if (when) faults.push(fault);
  };
  const exclude = (one: Key, other: Key): void => {
    refuse(given(one) && given(other), `${label(one)} and ${label(other)} exclude each other: give one of them`);
  };
  refuse(!hasAddress, `${label("vaultAddress")} must be given, as in https://vault.example.com:8200`);
  refuse(
    given("subnetIds") !== given("securityGroupIds"),
    `${label("subnetIds")} and ${label("securityGroupIds")} must be given together, or neither`,
  );
  for (const key of ["serverId", "stsEndpoint"] as const) {
    refuse(given(key) && values.login !== "aws", `${label(key)} is only for ${label("login")} aws`);
  }
  for (const key of ["audience", "adoptTokenIssuer", "tokenIssuerUrl", "tokenIssuerCa"] as const) {
    refuse(given(key) && values.login !== "jwt", `${label(key)} is only for ${label("login")} jwt`);
  }
  refuse(
    given("tokenIssuerCa") && !given("tokenIssuerUrl"),
    `${label("tokenIssuerCa")} is only for ${label("tokenIssuerUrl")}`,
  );
  exclude("tokenIssuerUrl", "adoptTokenIssuer");
  // IAM can't say "under this prefix, but for these names".
  exclude("fence", "namePrefix");
  exclude("fencePrincipals", "namePrefix");
  // The configuration of an adopted login method is never written, so these would be ignored.
  exclude("adoptLogin", "stsEndpoint");
  exclude("adoptLogin", "tokenIssuerUrl");
  for (const key of regional) {
    refuse(
      given(key) && values.regions.length > 1,
      `${label(key)} ${key.endsWith("s") ? "are those" : "is that"} of one region, and ${label("regions")} has several: give each of them a stack of its own`,
    );
  }
  for (const key of ["encryptionKeyArn", "alarmTopicArn"] as const) {
    refuse(
      given(key) && values.formerRegions.length > 0,
      `${label(key)} is that of one region and can't serve those of ${label("formerRegions")}`,
    );
  }
  const patterns = values.modeRules.map((rule) => rule.pattern);
  refuse(new Set(patterns).size !== patterns.length, `${label("modeRules")} must have each pattern once`);
  return faults;
}

/** What belongs to one region and can't serve the mover of another one. */
const regional = ["subnetIds", "encryptionKeyArn", "alarmTopicArn"] as const satisfies readonly Key[];

/** The part of AWS to which a region belongs; an account is in one of them. */
const partOfAws = (region: string): string => /^(cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-/.exec(region)?.[1] ?? "";

/**
 * Regions and paths that can't work, or aren't what was meant, where the mover is.
 *
 * @param place as far as it is known
 */
export function regionFaults(
  {
    formerRegions,
    homePrefix,
    homeTemplate,
    regions,
  }: Pick<Values, "formerRegions" | "homePrefix" | "homeTemplate" | "regions">,
  label: Label,
  { account, region: own }: { readonly account?: string | undefined; readonly region?: string | undefined },
): string[] {
  const faults: string[] = [];
  if (own !== undefined && regions.length > 0 && regions[0] !== own) {
    faults.push(`${label("regions")} must have the stack's own region, ${own} (aws:region), first, or be empty`);
  }
  const [first = "", ...further] = own === undefined ? regions : [own, ...regions];
  if (further.some((region) => partOfAws(region) !== partOfAws(first))) {
    faults.push(`${label("regions")} must be in the same partition as ${first}: no account is in two`);
  }
  if (formerRegions.some((region) => region === own || regions.includes(region))) {
    faults.push(`${label("formerRegions")} must not name a region that has a mover`);
  }
  if (formerRegions.some((region) => partOfAws(region) !== partOfAws(own ?? regions[0] ?? region))) {
    faults.push(`${label("formerRegions")} must be in the same partition as ${own ?? regions[0] ?? ""}`);
  }
  const all = [...(regions.length > 0 ? regions : [own]), ...formerRegions];
  if (!all.every((region) => isTemplate(homePrefix, homeTemplate, account, region))) {
    faults.push(
      `${label("homeTemplate")} must be {homePrefix}/…/{name}, with {account} and {region} (or this account and the only region themselves) in ${segmentsForm} between them`,
    );
  }
  return faults;
}

/**
 * Operators whose login can't work, or would be the mover's own.
 *
 * @param moverRoleArns the roles of all movers
 */
export function operatorFaults(
  { login, operatorRoleArns }: Pick<KnownValues, "login" | "operatorRoleArns">,
  label: Label,
  account: string,
  moverRoleArns: readonly string[],
): string[] {
  const faults: string[] = [];
  if (operatorRoleArns.some((arn) => moverRoleArns.includes(arn))) {
    faults.push(`${label("operatorRoleArns")} must not name the role of a mover: nobody else may be it`);
  }
  if (login === "jwt" && operatorRoleArns.some((arn) => !arn.includes(`::${account}:`))) {
    faults.push(
      `${label("operatorRoleArns")} must be roles of account ${account} with ${label("login")} jwt: Vault trusts the tokens of that account's issuer`,
    );
  }
  return faults;
}

/** Whether the template tells account and region apart; any of them, while they are not known. */
function isTemplate(
  homePrefix: string,
  homeTemplate: string,
  account = /(?<!\d)\d{12}(?!\d)/.exec(homeTemplate)?.[0] ?? longest.account,
  region = /[a-z]{2,}(-[a-z]+)+-[1-9]\d?/.exec(homeTemplate)?.[0] ?? longest.region,
): boolean {
  const template = homeTemplate.replaceAll("{homePrefix}", () => homePrefix);
  if (!template.endsWith("/{name}")) return false;
  const folder = template.slice(0, -"/{name}".length);
  const filled = folder.replaceAll("{account}", account).replaceAll("{region}", region);
  return (
    segments.test(filled) && filled.startsWith(`${homePrefix}/`) && filled.includes(account) && filled.includes(region)
  );
}

/** What is longer than AWS takes, with the longest names that a place can have. */
export function sizeFaults(values: Values, label: Label): string[] {
  const place: Place = { ...longest, dnsSuffix: "" };
  const regions = values.regions.length > 0 ? values.regions : [longest.region];
  const roleArn = `arn:${longest.partition}:iam::${longest.account}:role${values.rolePath}${longest.roleName}`;
  const rules = fenceRules(
    place,
    regions,
    regions.map(() => roleArn),
    values,
  );
  const excess = values.fence === "policy" ? fenceExcess(rules) : 0;
  return [
    ...environmentFaults(moverSettings(place, values, longest.loginRole), label, values.operatorRoleArns.length),
    ...(excess === 0
      ? []
      : [
          `${label("exemptNames")}, ${label("serviceReadNames")}, ${label("fencePrincipals")} and ${label("operatorRoleArns")} make the fence ${excess} characters too long for a managed policy: use fewer and shorter patterns`,
        ]),
  ];
}

/** Settings of a mover that are longer than the environment of its function. */
export function environmentFaults(mover: MoverPart, label: Label, operators: number): string[] {
  const size = environmentSize(mover, operators);
  return size > environmentBytes
    ? [
        `${label("vaultCaCertificate")} and the lists of names, rules, tags and ids are ${size - environmentBytes} bytes too long: a function's environment holds ${environmentBytes}`,
      ]
    : [];
}

/**
 * Bytes of the function's environment, with the longest values that the deployment may add. Lambda counts it as the text
 * of a JSON object, where each quote and line end takes two.
 */
function environmentSize(mover: MoverPart, operators: number): number {
  const url = "u".repeat(160);
  const all = writeEnvironment({
    ...mover,
    entityId: longestEntityId,
    operatorEntityIds: Array.from({ length: operators }, () => longestEntityId),
    queueUrl: url,
    deadLetterQueueUrl: url,
  });
  return Buffer.byteLength(JSON.stringify(all)) + otherVariables;
}

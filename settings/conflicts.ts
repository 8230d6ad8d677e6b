/** Settings that are each allowed, and not together or not here. */
import type { Place } from "../components/aws/names";
import { fenceExcess } from "../components/fence/fenceDocument";
import type { FencesArgs } from "../components/fence/fences";
import { settingsIn } from "../components/regionMover";
import type { MoversArgs } from "../components/regionMover";
import { writeEnvironment } from "../runtime/shared/environment";
import { defaults, segments, segmentsForm } from "./table";
import type { Key, Values } from "./table";

/** Lambda's limit for all variables of a function together. */
const environmentBytes = 4_096;
/** Room for the variables that are not the mover's: names and values of the logger's and the metrics' settings. */
const otherVariables = 200;

/**
 * What is wrong with settings that are each allowed.
 *
 * @param values each by itself
 * @param config what was given
 * @param settings what was made of it
 */
export function conflicts(
  place: Pick<Place, "account" | "region">,
  values: Values,
  config: Readonly<Record<string, string>>,
  settings: MoversArgs & FencesArgs,
): readonly string[] {
  const { furtherRegions } = settings;
  const movers = [settings, ...furtherRegions.map((region) => settingsIn(region, settings))].map(({ mover }) => mover);
  return [
    ...combinationFaults(values, config),
    ...regionFaults(place, values),
    ...new Set(movers.flatMap((mover) => templateFaults(mover))),
    ...sizeFaults(movers),
    ...fenceFaults([place.region, ...furtherRegions], settings),
  ];
}

/** Settings that are missing, that need each other, or of which only one can be meant. */
function combinationFaults(values: Values, config: Readonly<Record<string, string>>): string[] {
  // By content: Pulumi.yaml's default of a list is read like any other value.
  const given = (key: Key): boolean => JSON.stringify(values[key]) !== JSON.stringify(defaults[key]);
  const faults: string[] = [];
  const refuse = (when: boolean, fault: string): void => {
    if (when) faults.push(fault);
  };
  const exclude = (one: Key, other: Key): void => {
    refuse(given(one) && given(other), `homing:${one} and homing:${other} exclude each other: give one of them`);
  };
  refuse((config.vaultAddress ?? "") === "", "homing:vaultAddress must be given, as in https://vault.example.com:8200");
  refuse(
    (values.subnetIds.length === 0) !== (values.securityGroupIds.length === 0),
    "homing:subnetIds and homing:securityGroupIds must be given together, or neither",
  );
  for (const key of ["serverId", "stsEndpoint"] as const) {
    refuse(given(key) && values.login !== "aws", `homing:${key} is only for homing:login aws`);
  }
  for (const key of ["audience", "adoptTokenIssuer", "tokenIssuerUrl", "tokenIssuerCa"] as const) {
    refuse(given(key) && values.login !== "jwt", `homing:${key} is only for homing:login jwt`);
  }
  refuse(given("tokenIssuerCa") && !given("tokenIssuerUrl"), "homing:tokenIssuerCa is only for homing:tokenIssuerUrl");
  exclude("tokenIssuerUrl", "adoptTokenIssuer");
  // IAM can't say "under this prefix, but for these names".
  exclude("fence", "namePrefix");
  exclude("fencePrincipals", "namePrefix");
  // The configuration of an adopted login method is never written, so these would be ignored.
  exclude("adoptLogin", "stsEndpoint");
  exclude("adoptLogin", "tokenIssuerUrl");
  const patterns = values.modeRules.map((rule) => rule.pattern);
  refuse(new Set(patterns).size !== patterns.length, "homing:modeRules must have each pattern once");
  return faults;
}

/** The part of AWS to which a region belongs; an account is in one of them. */
const partOfAws = (region: string): string => /^(cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-/.exec(region)?.[1] ?? "";

/** Several movers of a stack, where that can't work or isn't what was meant. */
function regionFaults({ region: own }: Pick<Place, "region">, { regions, subnetIds }: Values): string[] {
  const faults: string[] = [];
  if (regions.length > 0 && !regions.includes(own)) {
    faults.push(`homing:regions must have the stack's own region, ${own} (aws:region), or be empty`);
  }
  if (regions.some((region) => partOfAws(region) !== partOfAws(own))) {
    faults.push(`homing:regions must be in the same partition as ${own}: no account is in two`);
  }
  if (regions.length > 1 && subnetIds.length > 0) {
    faults.push(
      "homing:subnetIds are those of one region, and homing:regions has several: give each of them a stack of its own",
    );
  }
  return faults;
}

function fenceFaults(regions: readonly string[], { fence, mover }: Pick<FencesArgs, "fence" | "mover">): string[] {
  const { exemptNames, serviceReadNames } = mover;
  // The longest name of a partition.
  const rules = { partition: "aws-us-gov", regions, principals: fence.principals, exemptNames, serviceReadNames };
  const excess = fence.attachable ? fenceExcess(rules) : 0;
  return excess === 0
    ? []
    : [
        `homing:exemptNames, homing:serviceReadNames and homing:fencePrincipals make the fence ${excess} characters too long for a managed policy: use fewer and shorter patterns`,
      ];
}

function templateFaults(mover: MoversArgs["mover"]): string[] {
  const { homePrefix, homeTemplate, account, region } = mover;
  const folder = homeTemplate.endsWith("/{name}") ? homeTemplate.slice(0, -"/{name}".length) : undefined;
  const filled = folder?.replaceAll("{account}", account).replaceAll("{region}", region);
  const fits =
    filled !== undefined &&
    segments.test(filled) &&
    filled.startsWith(`${homePrefix}/`) &&
    filled.includes(account) &&
    filled.includes(region);
  return fits
    ? []
    : [
        `homing:homeTemplate must be {homePrefix}/…/{name}, with {account} and {region} (or this account and the only region themselves) in ${segmentsForm} between them`,
      ];
}

function sizeFaults(movers: readonly MoversArgs["mover"][]): string[] {
  const size = Math.max(...movers.map(environmentSize));
  return size > environmentBytes
    ? [
        `homing:vaultCaCertificate and the lists of names, rules, tags and ids are ${size - environmentBytes} bytes too long: a function's environment holds ${environmentBytes}`,
      ]
    : [];
}

/** Bytes of the function's environment, with the longest values that the deployment may add. */
function environmentSize(mover: MoversArgs["mover"]): number {
  const url = "u".repeat(160);
  const all = writeEnvironment({ ...mover, entityId: "e".repeat(36), queueUrl: url, deadLetterQueueUrl: url });
  const sizes = Object.entries(all).map(([name, value]) => name.length + Buffer.byteLength(value));
  return sizes.reduce((sum, size) => sum + size, otherVariables);
}

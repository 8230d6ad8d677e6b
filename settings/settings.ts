import { Config, runtime } from "@pulumi/pulumi";
import { fenceExcess } from "../components/fence";
import type { Place } from "../components/names";
import type { MoverOptions } from "../components/secretMover";
import type { SweepOptions } from "../components/secretSweeper";
import type { VaultHomeSettings } from "../components/vaultHome";
import type { VaultLogin } from "../components/vaultLogin";
import { writeEnvironment } from "../runtime/shared/environment";
import type { MoverSettings } from "../runtime/shared/environment";
import type { Setting } from "./parsers";
import { catalogue, defaults, segments, segmentsForm } from "./table";
import type { Key, Values } from "./table";

/** The fence around Secrets Manager for people and other programs. */
export interface FenceSettings {
  /** Whether it is made as a policy, to be set as a permissions boundary. */
  readonly attachable: boolean;
  /** Who may go on making and changing secrets. */
  readonly principals: readonly string[];
}

/** All that the program is told, in the parts that its components take. */
export interface Settings {
  readonly vault: VaultHomeSettings;
  /** What the function learns from the settings. */
  readonly mover: Omit<MoverSettings, "entityId" | "queueUrl" | "deadLetterQueueUrl">;
  readonly options: MoverOptions;
  readonly sweep: SweepOptions;
  /** The regions with a mover, beside the stack's own one. */
  readonly furtherRegions: readonly string[];
  readonly fence: FenceSettings;
}

/** Lambda's limit for all variables of a function together. */
const environmentBytes = 4_096;
/** Room for the variables that are not the mover's: names and values of the logger's and the metrics' settings. */
const otherVariables = 200;

/** The program's configuration: the keys of the namespace `homing`, without it. */
export function configuration(): Record<string, string> {
  const namespace = "homing";
  const config = new Config(namespace);
  const keys = Object.keys(runtime.allConfig()).filter((key) => key.startsWith(`${namespace}:`));
  const names = keys.map((key) => key.slice(namespace.length + 1));
  // Through Config.get, which warns of a value that is kept as a secret: no setting is one, all reach the function.
  return Object.fromEntries(names.map((name) => [name, config.get(name) ?? ""]));
}

/**
 * Reads every setting.
 *
 * @throws one error that lists each fault, with the setting's name and what is allowed
 */
export function readSettings(place: Pick<Place, "account" | "region">, config = configuration()): Settings {
  const { values, faults } = readValues(config);
  const settings = compose(place, values);
  const movers = [settings, ...settings.furtherRegions.map((region) => settingsIn(region, settings))].map(
    ({ mover }) => mover,
  );
  faults.push(
    ...conflicts(values, config),
    ...regionFaults(place, values),
    ...new Set(movers.flatMap((mover) => templateFaults(mover))),
  );
  const size = Math.max(...movers.map(environmentSize));
  if (size > environmentBytes) {
    faults.push(
      `homing:vaultCaCertificate and the lists of names, rules, tags and ids are ${size - environmentBytes} bytes too long: a function's environment holds ${environmentBytes}`,
    );
  }
  faults.push(...fenceFaults([place.region, ...settings.furtherRegions], settings));
  if (faults.length > 0) {
    throw new Error(`The configuration can't be used:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
  }
  return settings;
}

/**
 * The settings of the mover of a further region. It shares all that is in Vault with the stack's own one but for what a
 * login is bound to: a role of its own.
 */
export function settingsIn(region: string, settings: Settings): Settings {
  const loginRole = `${settings.vault.loginRole}-${region}`;
  const { vault, mover } = settings;
  return { ...settings, vault: { ...vault, loginRole }, mover: { ...mover, region, loginRole } };
}

function readValues(config: Readonly<Record<string, string>>): { values: Values; faults: string[] } {
  const faults = Object.keys(config)
    .filter((key) => !(key in catalogue))
    .map((key) => `homing:${key} is no setting of this program`);
  const read = Object.entries<Setting<unknown>>(catalogue).map(([key, setting]) => {
    const raw = config[key] ?? "";
    if (raw === "") return [key, setting.fallback];
    const parsed = setting.parse(raw);
    if ("value" in parsed) return [key, parsed.value];
    faults.push(`homing:${key} must be ${parsed.allowed}`);
    return [key, setting.fallback];
  });
  return { values: Object.fromEntries(read) as Values, faults };
}

/** Settings that are missing, that need each other, or of which only one can be meant. */
function conflicts(values: Values, config: Readonly<Record<string, string>>): string[] {
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

function fenceFaults(regions: readonly string[], { fence, mover }: Settings): string[] {
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

function templateFaults(mover: Settings["mover"]): string[] {
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

/** Bytes of the function's environment, with the longest values that the deployment may add. */
function environmentSize(mover: Settings["mover"]): number {
  const url = "u".repeat(160);
  const all = writeEnvironment({ ...mover, entityId: "e".repeat(36), queueUrl: url, deadLetterQueueUrl: url });
  const sizes = Object.entries(all).map(([name, value]) => name.length + Buffer.byteLength(value));
  return sizes.reduce((sum, size) => sum + size, otherVariables);
}

/** What depends on other settings gets its value here; the rest goes where it is used. */
function compose(place: Pick<Place, "account" | "region">, values: Values): Settings {
  const isAws = values.login === "aws";
  const loginPath = values.loginPath === "" ? `homing-${values.login}` : values.loginPath;
  const serverId = values.serverId === "" ? hostOf(values.vaultAddress) : values.serverId;
  const audience = values.audience === "" ? values.vaultAddress : values.audience;
  const { adoptTokenIssuer, signingAlgorithm, stsEndpoint, tokenIssuerCa, tokenIssuerUrl } = values;
  const login: VaultLogin = isAws
    ? { method: "aws", serverId, stsEndpoint }
    : { method: "jwt", audience, signingAlgorithm, adoptTokenIssuer, tokenIssuerUrl, tokenIssuerCa };
  return {
    vault: {
      namespace: values.vaultNamespace,
      mount: values.mount,
      adoptMount: values.adoptMount,
      protect: values.protect,
      homePrefix: values.homePrefix,
      login,
      loginPath,
      adoptLogin: values.adoptLogin,
      loginRole: values.loginRole,
      tokenTtlMinutes: values.tokenTtlMinutes,
    },
    mover: {
      account: place.account,
      region: place.region,
      vaultAddress: values.vaultAddress,
      vaultNamespace: values.vaultNamespace,
      vaultCaCertificate: values.vaultCaCertificate,
      mount: values.mount,
      homePrefix: values.homePrefix,
      homeTemplate: values.homeTemplate.replaceAll("{homePrefix}", () => values.homePrefix),
      login: values.login,
      loginPath,
      loginRole: values.loginRole,
      serverId: isAws ? serverId : "",
      audience: isAws ? "" : audience,
      signingAlgorithm,
      formerEntityIds: values.formerEntityIds,
      authorship: values.authorship,
      mode: values.mode,
      modeRules: values.modeRules,
      namePrefix: values.namePrefix,
      exemptNames: values.exemptNames,
      ownerTags: values.ownerTags,
      serviceReadNames: values.serviceReadNames,
      replicas: values.replicas,
      rotation: values.rotation,
      objects: values.objects,
      foreignHomes: values.foreignHomes,
      recoveryWindowDays: values.recoveryWindowDays,
      settleMinutes: values.settleMinutes,
      deletesPerSecond: values.deletesPerSecond,
      maxConcurrency: values.maxConcurrency,
    },
    options: {
      enabled: values.enabled,
      batchSize: values.batchSize,
      memoryMb: values.memoryMb,
      timeoutSeconds: values.timeoutSeconds,
      logRetentionDays: values.logRetentionDays,
      logLevel: values.logLevel,
      kmsKeyArns: values.kmsKeyArns,
      subnetIds: values.subnetIds,
      securityGroupIds: values.securityGroupIds,
      tags: values.tags,
    },
    fence: { attachable: values.fence === "policy", principals: values.fencePrincipals },
    // A queue that nobody reads would only fill up.
    sweep: { runs: values.enabled && values.sweepEnabled, sweepShare: values.sweepShare },
    furtherRegions: values.regions.filter((region) => region !== place.region),
  };
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "");

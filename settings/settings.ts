import { Config, runtime } from "@pulumi/pulumi";
import type { Place } from "../components/aws/names";
import type { FenceSettings } from "../components/fence/fences";
import type { MoversArgs } from "../components/regionMover";
import type { VaultLogin } from "../components/vault/vaultLogin";
import { conflicts } from "./conflicts";
import type { Setting } from "./parsers";
import { catalogue } from "./table";
import type { Values } from "./table";

/** All that the program is told, in the parts that its components take. */
export interface Settings extends MoversArgs {
  readonly fence: FenceSettings;
}

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
  const read = readValues(config);
  const settings = compose(place, read.values);
  const faults = [...read.faults, ...conflicts(place, read.values, config, settings)];
  if (faults.length > 0) {
    throw new Error(`The configuration can't be used:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
  }
  return settings;
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

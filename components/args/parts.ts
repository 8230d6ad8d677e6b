/** The arguments of `Homing` in the parts that its components take. What depends on others gets its value here. */
import { output } from "@pulumi/pulumi";
import type { MoverSettings } from "../../runtime/shared/environment";
import type { Place } from "../aws/names";
import type { AlarmOptions } from "../mover/moverAlarms";
import type { MoverOptions } from "../mover/secretMover";
import type { VaultAccessSettings } from "../vault/vaultAccess";
import type { VaultLogin } from "../vault/vaultLogin";
import type { KnownValues, Values } from "./table";

/** What the function learns from the arguments. */
export type MoverPart = Omit<MoverSettings, "entityId" | "operatorEntityIds" | "queueUrl" | "deadLetterQueueUrl">;

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "");

const loginPathOf = ({ login, loginPath }: Pick<Values, "login" | "loginPath">): string =>
  loginPath === "" ? `homing-${login}` : loginPath;
const serverIdOf = ({ serverId }: Pick<Values, "serverId">, vaultAddress: string): string =>
  serverId === "" ? hostOf(vaultAddress) : serverId;
const audienceOf = ({ audience }: Pick<Values, "audience">, vaultAddress: string): string =>
  audience === "" ? vaultAddress : audience;

const homeTemplateOf = ({ homePrefix, homeTemplate }: Pick<Values, "homePrefix" | "homeTemplate">): string =>
  homeTemplate.replaceAll("{homePrefix}", () => homePrefix);

/** The part of the home in Vault, but for the role: it is named after the mover. */
export function vaultSettings(values: KnownValues): Omit<VaultAccessSettings, "loginRole"> {
  const { adoptTokenIssuer, signingAlgorithm, stsEndpoint, tokenIssuerCa, tokenIssuerUrl } = values;
  const address = output(values.vaultAddress);
  const login: VaultLogin =
    values.login === "aws"
      ? { method: "aws", serverId: address.apply((url) => serverIdOf(values, url)), stsEndpoint }
      : {
          method: "jwt",
          audience: address.apply((url) => audienceOf(values, url)),
          signingAlgorithm,
          adoptTokenIssuer,
          tokenIssuerUrl,
          tokenIssuerCa,
        };
  return {
    namespace: values.vaultNamespace,
    mount: values.mount,
    adoptMount: values.adoptMount,
    protect: values.protect,
    homeTemplate: homeTemplateOf(values),
    login,
    loginPath: loginPathOf(values),
    adoptLogin: values.adoptLogin,
    tokenTtlMinutes: values.tokenTtlMinutes,
    operatorRoleArns: values.operatorRoleArns,
  };
}

/** How the functions run, and where alarms go. */
export function optionsOf(values: KnownValues): { options: MoverOptions; alarms: AlarmOptions } {
  const { permissionsBoundaryArn, encryptionKeyArn, alarmTopicArn, okNotifications } = values;
  return {
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
      architecture: values.architecture,
      rolePath: values.rolePath,
      retainLogs: values.retainLogs,
      // Empty is none. What comes later was given.
      ...(permissionsBoundaryArn === "" ? {} : { permissionsBoundaryArn }),
      ...(encryptionKeyArn === "" ? {} : { encryptionKeyArn }),
    },
    alarms: { okNotifications, ...(alarmTopicArn === "" ? {} : { topicArn: alarmTopicArn }) },
  };
}

/** The settings of the mover of one region. */
export function moverSettings(place: Place, values: Values, loginRole: string): MoverPart {
  const isAws = values.login === "aws";
  return {
    account: place.account,
    region: place.region,
    vaultAddress: values.vaultAddress,
    vaultNamespace: values.vaultNamespace,
    vaultCaCertificate: values.vaultCaCertificate,
    mount: values.mount,
    homePrefix: values.homePrefix,
    homeTemplate: homeTemplateOf(values),
    login: values.login,
    loginPath: loginPathOf(values),
    loginRole,
    serverId: isAws ? serverIdOf(values, values.vaultAddress) : "",
    audience: isAws ? "" : audienceOf(values, values.vaultAddress),
    signingAlgorithm: values.signingAlgorithm,
    formerEntityIds: values.formerEntityIds,
    formerPlaces: values.formerPlaces,
    authorship: values.authorship,
    mode: values.mode,
    modeRules: values.modeRules,
    namePrefix: values.namePrefix,
    exemptNames: values.exemptNames,
    confirmedNames: values.confirmedNames,
    ownerTags: values.ownerTags,
    serviceReadNames: values.serviceReadNames,
    replicas: values.replicas,
    replicaRegions: values.replicaRegions,
    rotation: values.rotation,
    objects: values.objects,
    foreignHomes: values.foreignHomes,
    recoveryWindowDays: values.recoveryWindowDays,
    settleMinutes: values.settleMinutes,
    deletesPerSecond: values.deletesPerSecond,
    maxConcurrency: values.maxConcurrency,
  };
}

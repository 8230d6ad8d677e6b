/** The arguments of `Homing` in the parts that its components take. What depends on others gets its value here. */
import { output } from "@pulumi/pulumi";
import type { AlarmOptions } from "../mover/moverAlarms";
import type { MoverOptions } from "../mover/secretMover";
import type { VaultAccessSettings } from "../vault/vaultAccess";
import type { VaultLogin } from "../vault/vaultLogin";
import { audienceOf, homeTemplateOf, loginPathOf, serverIdOf } from "./moverPart";
import type { KnownValues } from "./table";

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

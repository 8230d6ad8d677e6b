import type { Input } from "@pulumi/pulumi";
import type { Mode, ModeRule } from "../runtime/shared/environment";

/**
 * What `Homing` is told. Each has the name of the program's setting; docs/settings.md says what it may be. An argument
 * that may be an `Input` can come from another resource; the others decide which resources there are.
 */
export interface HomingArgs {
  /** Vault's address as the function reaches it, as in https://vault.example.com:8200. */
  readonly vaultAddress: Input<string>;
  /** Vault namespace (Enterprise, HCP, OpenBao); empty for the root namespace. @default none */
  readonly vaultNamespace?: string;
  /** PEM of the private CA that signed Vault's certificate; empty for the public ones. @default none */
  readonly vaultCaCertificate?: Input<string>;
  /** Path of the KV version 2 mount. @default `homing` */
  readonly mount?: string;
  /** Use the mount as it is instead of creating it. @default `false` */
  readonly adoptMount?: boolean;
  /**
   * Protect mount, identity entity, login method and token issuer, and keep them when the stack is destroyed.
   * @default `true`
   */
  readonly protect?: boolean;
  /** First part of the path of every home. @default `aws` */
  readonly homePrefix?: string;
  /**
   * Path of a home; tells account and region apart and ends with /{name}.
   * @default `{homePrefix}/{account}/{region}/{name}`
   */
  readonly homeTemplate?: string;
  /** Regions that get a mover, the provider's own one first; empty for its own only. @default `[]` */
  readonly regions?: readonly string[];
  /** Regions that had a mover before: their deletions under way are still counted, for the alarm unwatched. @default `[]` */
  readonly formerRegions?: readonly string[];
  /** How the function logs in to Vault, aws or jwt. @default `aws` */
  readonly login?: "aws" | "jwt";
  /** Path of Vault's auth method. @default `homing-aws` or `homing-jwt` */
  readonly loginPath?: string;
  /** Use the auth method at loginPath and leave its configuration alone. @default `false` */
  readonly adoptLogin?: boolean;
  /**
   * Name of the Vault role that the function logs in with.
   * @default the name of the mover with its account: `homing-<stack>-<region>-<account>`
   */
  readonly loginRole?: string;
  /** Login aws, value of X-Vault-AWS-IAM-Server-ID. @default the host of `vaultAddress` */
  readonly serverId?: string;
  /** Login jwt, audience of the web identity token. @default `vaultAddress` */
  readonly audience?: string;
  /** Login jwt, ES384 or RS256. @default `ES384` */
  readonly signingAlgorithm?: "ES384" | "RS256";
  /** Login jwt, use the account's token issuer as it is instead of switching it on. @default `false` */
  readonly adoptTokenIssuer?: boolean;
  /** Lifetime of the function's Vault tokens in minutes, 1 to 60. @default `15` */
  readonly tokenTtlMinutes?: number;
  /** Login aws, address where Vault reaches STS; empty for the region's public endpoint. @default none */
  readonly stsEndpoint?: string;
  /** Login jwt, address of the issuer's discovery document; empty for the account's issuer. @default none */
  readonly tokenIssuerUrl?: string;
  /** Login jwt, PEM of the CA of tokenIssuerUrl; empty for the public ones. @default none */
  readonly tokenIssuerCa?: string;
  /** Identity entities that were the mover's before. @default `[]` */
  readonly formerEntityIds?: readonly string[];
  /** IAM roles of people who move from a terminal; each gets a login role and an entity in Vault. @default `[]` */
  readonly operatorRoleArns?: readonly string[];
  /** Places where the homes were before they were migrated, as the sources' tags name them. @default `[]` */
  readonly formerPlaces?: readonly string[];
  /** How the mover knows its own versions, entity or label. @default `entity` */
  readonly authorship?: "entity" | "label";
  /** What happens to secrets, audit, copy or move. @default `audit` */
  readonly mode?: Mode;
  /** Pairs {pattern, mode}: the first whose pattern matches a name replaces the mode. @default `[]` */
  readonly modeRules?: readonly ModeRule[];
  /** Only secrets whose name starts with this are looked at. @default none */
  readonly namePrefix?: string;
  /** Name patterns of secrets that are never touched. @default `[]` */
  readonly exemptNames?: readonly string[];
  /** Name patterns of secrets that may move although they look like Vault's own. @default `[]` */
  readonly confirmedNames?: readonly string[];
  /** Whether a permissions boundary is made that keeps others from making secrets, none or policy. @default `none` */
  readonly fence?: "none" | "policy";
  /** ARN patterns of roles and users that the fence leaves free. @default `[]` */
  readonly fencePrincipals?: readonly string[];
  /** Keys of tags by which another tool marks a secret as its own; copied, not deleted. @default `[]` */
  readonly ownerTags?: readonly string[];
  /** Name patterns of secrets that an AWS service reads by itself. @default `[]` */
  readonly serviceReadNames?: readonly string[];
  /** Secrets with replicas, skip or remove (the replicas). @default `skip` */
  readonly replicas?: "skip" | "remove";
  /** With replicas remove, the regions whose replicas may be removed and made again. @default `[]` */
  readonly replicaRegions?: readonly string[];
  /** Secrets with rotation, skip or move; rotation itself is never changed. @default `skip` */
  readonly rotation?: "skip" | "move";
  /** JSON objects become fields of the home, or one text, fields or text. @default `fields` */
  readonly objects?: "fields" | "text";
  /** Homes that somebody else wrote, refuse or accept-equal. @default `refuse` */
  readonly foreignHomes?: "refuse" | "accept-equal";
  /** Days for which a deleted secret can be restored, 7 to 30. @default `30` */
  readonly recoveryWindowDays?: number;
  /** Minutes between copy and deletion, 0 to 43200. @default `0` */
  readonly settleMinutes?: number;
  /** DeleteSecret calls per second of each mover, 0.1 to 25. @default `5` */
  readonly deletesPerSecond?: number;
  /** Whether the queue is read; when it isn't, everything is kept and events wait. @default `true` */
  readonly enabled?: boolean;
  /** How many containers may run at once, 2 to 1000. @default `5` */
  readonly maxConcurrency?: number;
  /** Messages per invocation, 1 to 10. @default `5` */
  readonly batchSize?: number;
  /** The function's memory, 128 to 10240. @default `256` */
  readonly memoryMb?: number;
  /** The function's time limit, 60 to 900. @default `120` */
  readonly timeoutSeconds?: number;
  /**
   * Whether all secrets are looked at again on a schedule, changed ones every hour and all every day.
   * @default `true`
   */
  readonly sweepEnabled?: boolean;
  /** Share of the account's ListSecrets rate that a sweep may use, 0.05 to 1. @default `0.5` */
  readonly sweepShare?: number;
  /** Days for which logs are kept, one of those that CloudWatch Logs allows. @default `90` */
  readonly logRetentionDays?: number;
  /** DEBUG, INFO, WARN or ERROR. @default `INFO` */
  readonly logLevel?: "DEBUG" | "INFO" | "WARN" | "ERROR";
  /**
   * KMS keys that secrets are encrypted with; empty for all of account and region, through Secrets Manager.
   * @default `[]`
   */
  readonly kmsKeyArns?: Input<readonly Input<string>[]>;
  /** Subnets from which a private Vault can be reached; together with securityGroupIds. @default `[]` */
  readonly subnetIds?: Input<readonly Input<string>[]>;
  /** Security groups of the function; together with subnetIds. @default `[]` */
  readonly securityGroupIds?: Input<readonly Input<string>[]>;
  /** Tags of every resource in AWS. @default `{}` */
  readonly tags?: Input<Readonly<Record<string, Input<string>>>>;
  /** Processors that the functions run on, arm64 or x86_64. @default `arm64` */
  readonly architecture?: "arm64" | "x86_64";
  /** Managed policy that is the permissions boundary of the roles. @default none */
  readonly permissionsBoundaryArn?: Input<string>;
  /** IAM path of the roles. @default `/` */
  readonly rolePath?: string;
  /** KMS key that queues and log groups are encrypted with. @default the keys of SQS and CloudWatch */
  readonly encryptionKeyArn?: Input<string>;
  /** Keep the log groups when the stack is destroyed. @default `false` */
  readonly retainLogs?: boolean;
  /** SNS topic that alarms publish to. @default one that is made */
  readonly alarmTopicArn?: Input<string>;
  /** Whether the end of an alarm is published as well. @default `false` */
  readonly okNotifications?: boolean;
}

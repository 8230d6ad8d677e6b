import { createHash } from "node:crypto";
import type { iam } from "@pulumi/aws";
import { all, ComponentResource, getProject, getStack, output, runtime } from "@pulumi/pulumi";
import type { ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { Policy } from "@pulumi/vault";
import { isReaderName, isSecretName, reportPath } from "../../runtime/model/path";
import { writeReaderEnvironment } from "../../runtime/reader/settings";
import { canGetWebIdentityToken } from "../aws/iam";
import { readerRules, renderPolicy } from "../vault/vaultPolicy";
import { awsRole, functionClaim, jwtRole } from "../vault/vaultRole";
import type { RoleArgs } from "../vault/vaultRole";
import type { MoverStack } from "./moverStack";
import { noteOverlap } from "./overlaps";
import { homeFolder, overlaps, prefixFault } from "./teamPrefix";

export interface VaultReaderArgs {
  /** The mover's stack, as `readMoverStack` gives it. */
  readonly mover: MoverStack;
  /** What the names of the team's secrets start with, as whole segments: `payments` is `payments/…`. Its own alone. */
  readonly prefix: string;
  /** Prefixes of other teams, which this one must not overlap. Those of the same program are known without. */
  readonly otherPrefixes?: readonly string[];
  /** The IAM role that may log in, and no other. */
  readonly roleArn: Input<string>;
  /** Login `jwt` only: the one function that may log in with that role. */
  readonly functionArn?: Input<string>;
  /** Lifetime of the tokens in minutes, 1 to 60. Default 15. */
  readonly tokenTtlMinutes?: number;
  /** How long a program uses a value before it asks Vault again, in seconds, 0 to 3600. Default 60. */
  readonly cacheSeconds?: number;
  /** What the program tells the rotators of its secrets. Default nothing. */
  readonly reports?: ReaderReports;
}

/** By it a RotatingSecret that names the reader learns which version it uses. */
export interface ReaderReports {
  /** What its RotatingSecrets call the reader: lower-case letters, digits and hyphens, 64 at most. One program's alone. */
  readonly as: string;
  /** The secrets that it reports, by their names in Secrets Manager. */
  readonly secrets: readonly string[];
}

/**
 * Lets one role read the secrets below one prefix of names: a Vault policy on their homes and a Vault role at the login
 * method of the mover's stack, whose configuration is left alone.
 */
export class VaultReader extends ComponentResource {
  /** What a function needs in its environment for `secretReader`; known once the login is possible. */
  public readonly environment: Output<Record<string, string>>;
  /** What the role needs to be allowed in AWS so that it can log in. */
  public readonly grants: readonly iam.PolicyStatement[];
  public readonly vaultRoleName: Output<string>;
  public readonly vaultPolicyName: Output<string>;
  /** The folder of the homes below the mount. */
  public readonly folder: string;

  constructor(name: string, args: VaultReaderArgs, opts?: ComponentResourceOptions) {
    super("homing:vault:VaultReader", name, {}, opts);
    const { mover, prefix, tokenTtlMinutes = 15, cacheSeconds = 60 } = args;
    checkArgs(name, args, { tokenTtlMinutes, cacheSeconds });
    this.folder = homeFolder(mover, prefix);
    // What is known by now is refused by now; an ARN that the engine has yet to tell is looked at when it comes.
    if (typeof args.roleArn === "string") checkRole(name, mover, args.roleArn);
    const where = [mover.vaultAddress, mover.vaultNamespace, mover.mount].join(" ");
    claim(name, where, this.folder);
    noteOverlap({ is: "reader", name, where, folder: this.folder, cacheSeconds });

    const ownName = vaultName(mover, prefix, this.folder);
    const namespace = mover.vaultNamespace === "" ? undefined : mover.vaultNamespace;
    const { as: readerName, secrets: reportedSecrets } = args.reports ?? { as: "", secrets: [] };
    const reportPaths = reportedSecrets.map((secret) => reportPath(mover, readerName, secret));
    const policy = new Policy(
      `${name}-policy`,
      { name: ownName, policy: renderPolicy(readerRules(mover.mount, this.folder, reportPaths)), namespace },
      { parent: this },
    );
    const role = this.createRole(name, args, {
      namespace,
      path: mover.loginPath,
      role: ownName,
      policies: [policy.name],
      tokenTtlMinutes,
      defaultPolicy: "without",
    });

    const environment = writeReaderEnvironment({
      account: mover.account,
      region: mover.region,
      vaultAddress: mover.vaultAddress,
      vaultNamespace: mover.vaultNamespace,
      vaultCaCertificate: mover.vaultCaCertificate,
      mount: mover.mount,
      homePrefix: mover.homePrefix,
      homeTemplate: mover.homeTemplate,
      login: mover.loginMethod,
      loginPath: mover.loginPath,
      loginRole: ownName,
      serverId: mover.serverId,
      audience: mover.audience,
      signingAlgorithm: mover.signingAlgorithm,
      cacheSeconds,
      readerName,
      reportedSecrets,
    });
    this.environment = all([policy.urn, role.urn]).apply(() => environment);
    this.grants = mover.loginMethod === "jwt" ? canGetWebIdentityToken(mover.audience, mover.signingAlgorithm) : [];
    this.vaultRoleName = role.urn.apply(() => ownName);
    this.vaultPolicyName = policy.name;
    this.registerOutputs({
      environment: this.environment,
      vaultRoleName: this.vaultRoleName,
      vaultPolicyName: this.vaultPolicyName,
      folder: this.folder,
    });
  }

  private createRole(name: string, args: VaultReaderArgs, role: Omit<RoleArgs, "roleArn">): Resource {
    const { functionArn, mover } = args;
    const own = { ...role, roleArn: output(args.roleArn).apply((arn) => checkRole(name, mover, arn)) };
    const child = { parent: this };
    switch (mover.loginMethod) {
      case "aws":
        return awsRole(`${name}-role`, own, child);
      case "jwt": {
        const claims = functionArn === undefined ? {} : { claims: { [functionClaim]: functionArn } };
        return jwtRole(`${name}-role`, { ...own, audience: mover.audience, ...claims }, child);
      }
      default:
        return mover.loginMethod satisfies never;
    }
  }
}

/** @throws one error that lists each fault of what is known without the engine */
function checkArgs(
  name: string,
  { mover, prefix, otherPrefixes = [], functionArn, reports }: VaultReaderArgs,
  { tokenTtlMinutes, cacheSeconds }: { readonly tokenTtlMinutes: number; readonly cacheSeconds: number },
): void {
  const isWithin = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  const fault = prefixFault(prefix);
  const faults = [
    ...(fault === undefined ? [] : [`prefix ${JSON.stringify(prefix)} ${fault}`]),
    ...otherPrefixes
      .filter((other) => overlaps(prefix, other))
      .map((other) => `prefix ${prefix} overlaps ${other}, which is another team's (otherPrefixes)`),
    ...(isWithin(tokenTtlMinutes, 1, 60) ? [] : ["tokenTtlMinutes must be an integer from 1 to 60"]),
    ...(isWithin(cacheSeconds, 0, 3_600) ? [] : ["cacheSeconds must be an integer from 0 to 3600"]),
    ...(functionArn !== undefined && mover.loginMethod !== "jwt"
      ? ["functionArn is only for login jwt: with login aws Vault does not learn which function asks"]
      : []),
    ...(reports === undefined ? [] : reportFaults(reports, prefix)),
  ];
  if (faults.length > 0) throw new Error(`VaultReader ${name}: ${faults.join("; ")}`);
}

function reportFaults({ as, secrets }: ReaderReports, prefix: string): readonly string[] {
  // In a policy the segment + would stand for any other.
  const isOwn = (secret: string): boolean =>
    isSecretName(secret) && secret.startsWith(`${prefix}/`) && !secret.split("/").includes("+");
  return [
    ...(isReaderName(as) ? [] : [`reports.as ${JSON.stringify(as)} must be lower-case letters, digits and hyphens`]),
    ...(secrets.length > 0 ? [] : ["reports.secrets is empty: name the secrets that rotate"]),
    ...secrets
      .filter((secret) => !isOwn(secret))
      .map((secret) => `reports.secrets has ${JSON.stringify(secret)}, which is no secret below ${prefix}`),
  ];
}

/** @throws for what is no exact role, and for one that the login method can't know */
function checkRole(name: string, mover: MoverStack, arn: string): string {
  const account = /^arn:aws[a-z-]*:iam::(\d{12}):role\/[\w+=,.@/-]+$/.exec(arn)?.[1];
  if (account === undefined) {
    throw new Error(`VaultReader ${name}: roleArn must be the ARN of one IAM role, without *; it is ${arn}`);
  }
  if (mover.loginMethod === "jwt" && account !== mover.account) {
    throw new Error(
      `VaultReader ${name}: roleArn is of account ${account}, but login jwt trusts the tokens of account ${mover.account} only`,
    );
  }
  return arn;
}

/**
 * Name of the policy and the role in Vault. Writing one that exists would replace it, so it tells mount, folder and the
 * program's stack apart; lower-case, because Vault makes it so.
 */
function vaultName({ vaultAddress, vaultNamespace, mount }: MoverStack, prefix: string, folder: string): string {
  const parts = [getProject(), getStack(), vaultAddress, vaultNamespace, mount, folder];
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 10);
  const readable = prefix
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replace(/^-|-$/g, "");
  return ["homing-reader", readable, hash].filter((part) => part !== "").join("-");
}

/** The folders that readers of one run of a program have, by the connection to its engine: a process may run several. */
const claims = new WeakMap<object, { readonly reader: string; readonly where: string; readonly folder: string }[]>();

/** @throws when another reader of this program has a folder that overlaps this one */
function claim(reader: string, where: string, folder: string): void {
  const engine = runtime.getMonitor();
  if (engine === undefined) return;
  const others = claims.get(engine) ?? [];
  const other = others.find((one) => one.where === where && overlaps(one.folder, folder));
  if (other !== undefined) {
    throw new Error(
      `VaultReader ${reader}: its homes ${folder} overlap those of VaultReader ${other.reader}, ${other.folder}`,
    );
  }
  claims.set(engine, [...others, { reader, where, folder }]);
}

/** A person who moves from a terminal: an IAM role that the program was told of, and its login at Vault. */
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

import { emulatorAccount } from "../../../local/emulator";
import { authenticate } from "../../../runtime/vault/login";
import { makeTransport } from "../../../runtime/vault/transport";
import { moverSettings } from "../../support/builders";
import type { Bench } from "./bench";

const roleName = "operator";
export const operatorRole = { name: roleName, arn: `arn:aws:iam::${emulatorAccount.accountId}:role/${roleName}` };

/** The settings of a cloud that lets the operator in. The role need not exist yet. */
export const operatorSettings = { operatorRoleArns: JSON.stringify([operatorRole.arn]) };

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Makes the role. @returns the credentials of somebody who assumed it */
export async function assumeOperator({ clients, system }: Bench): Promise<Credentials> {
  const { account } = system();
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" }],
  };
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  await clients.iam.send(new CreateRoleCommand({ RoleName: operatorRole.name, AssumeRolePolicyDocument }));
  const { Credentials } = await clients.sts.send(
    new AssumeRoleCommand({ RoleArn: operatorRole.arn, RoleSessionName: "operator" }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
}

/** The operator's login role, as the stack's outputs tell it. */
export function operatorLoginRole({ system }: Bench): string {
  const roles = JSON.parse(system().outputs["operatorLoginRoles"] ?? "{}") as Readonly<Record<string, string>>;
  const role = roles[operatorRole.arn];
  if (role === undefined) throw new Error("the cloud was started without the operator's settings");
  return role;
}

/** Logs in as `vault login` does. @returns the token */
export async function operatorToken(bench: Bench, credentials: Credentials): Promise<string> {
  const { cloudTrailEndpoint: endpoint, outputs, region, vaultAddress } = bench.system();
  const { audience = "", loginMethod, loginPath = "", serverId = "", signingAlgorithm } = outputs;
  const sts = new STSClient({ region, endpoint, credentials });
  const settings = moverSettings({
    region,
    vaultAddress,
    login: loginMethod === "jwt" ? "jwt" : "aws",
    loginPath,
    loginRole: operatorLoginRole(bench),
    serverId,
    audience,
    signingAlgorithm: signingAlgorithm === "RS256" ? "RS256" : "ES384",
  });
  const { value } = await authenticate(settings, {
    transport: makeTransport(vaultAddress, ""),
    sts,
    now: () => Date.now(),
  }).finally(() => {
    sts.destroy();
  });
  return value;
}

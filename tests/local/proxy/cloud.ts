import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { STSClient, AssumeRoleCommand } from "@aws-sdk/client-sts";
import { zipSync } from "fflate";
import { emulatorAccount, startEmulator } from "../../../local/emulator";
import { connectEmulator } from "../../../local/proxy/emulator";
import type { Emulator } from "../../../local/proxy/emulator";
import { startProxy } from "../../../local/proxy/proxy";
import type { Proxy } from "../../../local/proxy/proxy";
import { installTools } from "../../../local/tools";
import type { Tools } from "../../../local/tools";

export const account = emulatorAccount.accountId;
export const region = emulatorAccount.region;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const root: Credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** A real emulator with the proxy before it. */
export interface Cloud {
  readonly tools: Tools;
  readonly directory: string;
  readonly emulatorAddress: string;
  readonly emulator: Emulator;
  readonly proxy: Proxy;
  readonly reports: string[];
  /** A Secrets Manager client of this region and address; default the proxy's. */
  secrets(credentials?: Credentials, where?: string, endpoint?: string): SecretsManagerClient;
  /** An STS client of this address; default the proxy's. */
  sts(credentials?: Credentials, endpoint?: string): STSClient;
  /** A role that anybody in the account may assume, and Lambda; returns its ARN. */
  role(name: string, statements: readonly object[]): Promise<string>;
  /** A session of the role, made at this address; default the proxy's. */
  session(roleArn: string, name: string, address?: string): Promise<Credentials>;
  /** Credentials of a real function's own session. */
  functionSession(name: string, roleArn: string): Promise<{ arn: string; credentials: Credentials }>;
  stop(): Promise<void>;
}

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" },
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

const HANDLER = `exports.handler = async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
});`;

export async function startCloud(): Promise<Cloud> {
  const tools = await installTools({ server: "vault", vaultAwsPlugin: true, progress: () => undefined });
  const directory = mkdtempSync(join(tmpdir(), "proxy-"));
  const running = await startEmulator({ tools, directory, environment: {} });
  const reports: string[] = [];
  const report = (line: string): void => void reports.push(line);
  const proxy = await startProxy({ emulator: running.endpoint, account, region, report });
  const emulator = connectEmulator(running.endpoint, account, region);
  const clients: { destroy(): void }[] = [];
  const kept = <T extends { destroy(): void }>(client: T): T => {
    clients.push(client);
    return client;
  };

  const iam = async (parameters: Record<string, string>): Promise<void> => {
    const { status, xml } = await emulator.rootQuery("iam", { Version: "2010-05-08", ...parameters });
    if (status !== 200) throw new Error(xml);
  };

  const sts = (credentials: Credentials = root, endpoint = proxy.endpoint): STSClient =>
    kept(new STSClient({ region, endpoint, credentials, maxAttempts: 1 }));

  return {
    tools,
    directory,
    emulatorAddress: running.endpoint,
    emulator,
    proxy,
    reports,
    secrets: (credentials = root, where = region, endpoint = proxy.endpoint) =>
      kept(new SecretsManagerClient({ region: where, endpoint, credentials, maxAttempts: 1 })),
    sts,
    async role(name, statements) {
      await iam({ Action: "CreateRole", Path: "/team/", RoleName: name, AssumeRolePolicyDocument: trust });
      if (statements.length === 0) return `arn:aws:iam::${account}:role/team/${name}`;
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
      await iam({ Action: "PutRolePolicy", RoleName: name, PolicyName: "all", PolicyDocument });
      return `arn:aws:iam::${account}:role/team/${name}`;
    },
    async session(RoleArn, RoleSessionName, address) {
      const { Credentials: made } = await sts(root, address).send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
      const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = made ?? {};
      if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined) {
        throw new Error("no session");
      }
      return { accessKeyId, secretAccessKey, sessionToken };
    },
    async functionSession(FunctionName, Role) {
      const ZipFile = Buffer.from(zipSync({ "index.js": Buffer.from(HANDLER) })).toString("base64");
      const lambda = async (path: string, body: object): Promise<Record<string, unknown>> => {
        const headers = {
          authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/lambda/aws4_request`,
        };
        const init = { method: "POST", headers, body: JSON.stringify(body) };
        return (await (await fetch(`${running.endpoint}/2015-03-31/functions${path}`, init)).json()) as Record<
          string,
          unknown
        >;
      };
      const common = { Runtime: "nodejs24.x", Handler: "index.handler", Timeout: 20 };
      const { FunctionArn } = await lambda("", { FunctionName, Role, ...common, Code: { ZipFile } });
      const credentials = await lambda(`/${FunctionName}/invocations`, {});
      return { arn: String(FunctionArn), credentials: credentials as unknown as Credentials };
    },
    async stop() {
      for (const client of clients) client.destroy();
      await proxy.stop();
      emulator.close();
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The name and message of the error that the promise is rejected with. */
export async function refusal(promise: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
    throw error;
  }
  throw new Error("it was not refused");
}

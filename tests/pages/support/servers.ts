/** The servers that the pages' commands meet: a Vault for each environment, and AWS with two accounts that matter. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { emulatorAccount, startEmulator } from "../../../local/emulator";
import type { Emulator } from "../../../local/emulator";
import { freePort } from "../../../local/ports";
import { startProxy } from "../../../local/proxy/proxy";
import type { Proxy } from "../../../local/proxy/proxy";
import { commandEnvironment } from "../../../local/stack";
import { installTools } from "../../../local/tools";
import type { Tools } from "../../../local/tools";
import { startVault } from "../../../local/vaultServer";
import type { VaultServer } from "../../../local/vaultServer";
import { awsCommand } from "./awsCommand";

/** The region that the pages name. */
export const region = "eu-west-1";
/** The account that the pages' secrets are in. */
export const account = emulatorAccount.accountId;

const vaultNames = ["main", "staging", "dev", "prod"] as const;
/** The Vault of the stack that is walked with, and one for each environment of docs/environments.md. */
export type VaultName = (typeof vaultNames)[number];

export interface PageServers {
  readonly tools: Tools;
  readonly vaults: Readonly<Record<VaultName, VaultServer>>;
  readonly emulator: Emulator;
  readonly proxy: Proxy;
  /** What a person has exported before the first page: where AWS is, who they are there, where the state is. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Starts them all, with their folders in this one. Nothing is left running when one fails. */
export async function startServers(directory: string): Promise<PageServers> {
  const progress = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const tools = await installTools({ server: "vault", vaultAwsPlugin: true, progress });
  const aws = await awsCommand(progress);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const behindProxy = { AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint, AWS_ENDPOINT_URL_STS: endpoint };
  const running: { readonly stop: () => Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const server of running.splice(0).reverse()) await server.stop();
  };
  const kept = async <T extends { readonly stop: () => Promise<void> }>(start: Promise<T>): Promise<T> => {
    const server = await start;
    running.push(server);
    return server;
  };
  const started = await Promise.allSettled([
    kept(
      startEmulator({
        tools,
        directory: join(directory, "aws"),
        environment: { ...behindProxy, MINISTACK_REGION: region },
      }),
    ),
    ...vaultNames.map((name) => kept(startVault({ tools, directory: join(directory, `vault-${name}`) }))),
  ]);
  try {
    const [emulator, ...vaults] = started.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    }) as [Emulator, ...VaultServer[]];
    const proxy = await kept(startProxy({ emulator: emulator.endpoint, account, region, port }));
    for (const folder of ["pulumi/state", "home"]) mkdirSync(join(directory, folder), { recursive: true });
    const environment = commandEnvironment({
      tools,
      directory: join(directory, "pulumi"),
      environment: {
        ...behindProxy,
        AWS_ENDPOINT_URL: emulator.endpoint,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: emulatorAccount.accessKeyId,
        AWS_SECRET_ACCESS_KEY: emulatorAccount.secretAccessKey,
        HOMING_LOCAL_ISSUER: proxy.issuer,
        HOME: join(directory, "home"),
        GIT_AUTHOR_NAME: "A person",
        GIT_AUTHOR_EMAIL: "person@example.com",
        GIT_COMMITTER_NAME: "A person",
        GIT_COMMITTER_EMAIL: "person@example.com",
        PULUMI_SKIP_CONFIRMATIONS: "true",
        // npm would ask the registry for a newer npm.
        npm_config_update_notifier: "false",
      },
    });
    const own = [tools.pulumi, tools.server.binary, aws].map((file) => dirname(file));
    // npm and npx are those that run the tests; the Node that comes first on PATH runs them.
    const path = [...own, environment["PATH"], dirname(process.execPath)].join(":");
    return {
      tools,
      vaults: Object.fromEntries(vaultNames.map((name, index) => [name, vaults[index]])) as Record<
        VaultName,
        VaultServer
      >,
      emulator,
      proxy,
      environment: { ...environment, PATH: path },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The local cloud: a real Vault or OpenBao, an AWS emulator that enforces IAM, and the program deployed into both. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { emulatorAccount, startEmulator } from "./emulator";
import type { Emulator } from "./emulator";
import { holdLock } from "./lock";
import { startMetricHop } from "./metricHop";
import { freePort } from "./ports";
import { beforeStop } from "./processes";
import { startProxy } from "./proxy/proxy";
import { checkSettings, settingsOf } from "./settings";
import type { ProgramOptions } from "./settings";
import { openStack } from "./stack";
import type { Changes, LocalStack, StackOptions, UpResult } from "./stack";
import { cloudDirectory, defaultName, lockOf, moversOf, systemFile, writeSystem } from "./system";
import type { System } from "./system";
import { installEngine, installTools } from "./tools";
import type { Tools } from "./tools";
import { startVault } from "./vaultServer";
import type { VaultServer } from "./vaultServer";

export interface CloudOptions extends ProgramOptions {
  /** Tells clouds that run side by side apart: letters, digits and hyphens. Default `default`. */
  readonly name?: string;
  /** Environment of the engine and its plugins, beside what the cloud itself gives. */
  readonly engineEnvironment?: Readonly<Record<string, string>>;
  /** Gets a line for each long step. */
  readonly progress: (line: string) => void;
  /** Gets the engine's output. Default: nobody. */
  readonly onEngineOutput?: (text: string) => void;
}

export interface LocalCloud {
  readonly tools: Tools;
  readonly system: () => System;
  readonly vault: VaultServer;
  readonly emulator: Emulator;
  /** Secrets Manager and STS, see `System.cloudTrailEndpoint`. */
  readonly endpoint: string;
  readonly directory: string;
  readonly stack: LocalStack;
  /** Previews an update, with settings that replace those of the same name. */
  readonly preview: (settings?: Readonly<Record<string, string>>) => Promise<Changes>;
  /** Updates the stack, with settings that replace those of the same name. */
  readonly up: (settings?: Readonly<Record<string, string>>) => Promise<UpResult>;
  /**
   * Opens another stack beside this one, with the same state and the same servers. It is removed together with this one.
   * The program is the same unless another is named; the environment is added to the cloud's own.
   */
  readonly openBeside: (
    options: Pick<StackOptions, "name" | "program"> & Partial<Pick<StackOptions, "environment">>,
  ) => Promise<LocalStack>;
  /** The first update. */
  readonly firstUp: UpResult;
  /** Waits until every event of a write so far has been handed to its targets. */
  readonly drain: () => Promise<void>;
  /** Ends all servers and removes the stack's state, which is worthless without them. The servers' logs stay. */
  readonly close: () => Promise<void>;
  /** Closes the cloud and removes its folder. */
  readonly stop: () => Promise<void>;
}

const namePattern = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** @throws when the options exclude each other, before anything is installed or started */
export function checkOptions({
  name = defaultName,
  login,
  server,
}: Pick<CloudOptions, "name" | "login" | "server">): void {
  if (!namePattern.test(name)) throw new Error(`name ${name}: use lower-case letters, digits and hyphens, 31 at most`);
  if (server === "openbao" && login === "aws") {
    throw new Error("OpenBao has no AWS login: use --login jwt, or --server vault");
  }
}

/** Where the provider plugins find AWS and Vault: the environment that the real ones read as well. */
function providerEnvironment(awsEndpoint: string, vaultAddress: string, vaultToken: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: awsEndpoint,
    AWS_REGION: emulatorAccount.region,
    AWS_ACCESS_KEY_ID: emulatorAccount.accessKeyId,
    AWS_SECRET_ACCESS_KEY: emulatorAccount.secretAccessKey,
    VAULT_ADDR: vaultAddress,
    VAULT_TOKEN: vaultToken,
  };
}

/** Destroys the stack of a cloud that another process runs. */
export async function destroyRunning(name: string, system: System): Promise<void> {
  const stack = await openStack({
    name: system.stack,
    tools: await installEngine({ progress: () => undefined }),
    directory: join(cloudDirectory(name), "pulumi"),
    environment: providerEnvironment(system.awsEndpoint, system.vaultAddress, system.vaultToken),
    onOutput: () => undefined,
  });
  await stack.destroy();
}

/**
 * Takes the name of a cloud for this process alone.
 * @throws when another process has it, with the way out
 * @returns what gives the name back; a process that ended without doing so has it no more
 */
function takeName(name: string): Promise<() => void> {
  const lock = lockOf(name);
  return holdLock(lock, (pid) => {
    const down = `npm run local -- down${name === defaultName ? "" : ` --name ${name}`}`;
    throw new Error(
      `Process ${pid.toString()} runs the local cloud ${name}: end it with Ctrl-C there or with ${down}, or give this one another name with --name. If that process is something else, remove ${lock}.`,
    );
  });
}

/**
 * Starts the servers, deploys the program and writes the system file. Nothing is left running when it fails.
 * @throws before anything is touched when another process runs a cloud of this name
 */
export async function startCloud(options: CloudOptions): Promise<LocalCloud> {
  checkOptions(options);
  checkSettings(options);
  const giveBack = await takeName(options.name ?? defaultName);
  try {
    return await startNamed(options, giveBack);
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** Starts a cloud whose name this process has taken, for as long as the cloud lives. */
async function startNamed(options: CloudOptions, giveBack: () => void): Promise<LocalCloud> {
  const { name = defaultName, progress } = options;
  const tools = await installTools({ server: options.server, vaultAwsPlugin: options.login === "aws", progress });
  const directory = cloudDirectory(name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });

  const closers: (() => Promise<void> | void)[] = [];
  const endAll = async (): Promise<void> => {
    unregister();
    for (const end of closers.splice(0).reverse()) await end();
    rmSync(systemFile(name), { force: true });
  };
  const close = async (): Promise<void> => {
    await endAll();
    giveBack();
  };
  const stop = async (): Promise<void> => {
    await endAll();
    rmSync(directory, { recursive: true, force: true });
    giveBack();
  };
  const unregister = beforeStop(stop);
  try {
    progress(`starting ${options.server} and the AWS emulator`);
    const proxyPort = await freePort();
    const endpoint = `http://127.0.0.1:${proxyPort.toString()}`;
    // Waits for both, even when one fails, because whatever has started must be ended.
    const started = await Promise.allSettled([
      startVault({ tools, directory: join(directory, "vault") }),
      startEmulator({
        tools,
        directory: join(directory, "aws"),
        // Functions inherit it: their SDK finds Secrets Manager and STS behind the proxy.
        environment: { AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint, AWS_ENDPOINT_URL_STS: endpoint },
      }),
    ]);
    for (const server of started) {
      if (server.status === "fulfilled") closers.push(() => server.value.stop());
    }
    const [vault, emulator] = started.map((server) => {
      if (server.status === "rejected") throw server.reason;
      return server.value;
    }) as [VaultServer, Emulator];
    const { accountId: account, region } = emulatorAccount;
    const proxy = await startProxy({ emulator: emulator.endpoint, account, region, port: proxyPort });
    closers.push(() => proxy.stop());

    progress("deploying with pulumi up");
    const common = {
      tools,
      directory: join(directory, "pulumi"),
      environment: {
        ...providerEnvironment(emulator.endpoint, vault.address, vault.token),
        HOMING_LOCAL_ISSUER: proxy.issuer,
        ...options.engineEnvironment,
      },
      onOutput: options.onEngineOutput ?? (() => undefined),
    };
    const stack = await openStack({ ...common, name: `local-${name}` });
    closers.push(() => {
      stack.forget();
    });

    const base = settingsOf(options, { vault: vault.address, sts: proxy.endpoint });
    let system: System | undefined;
    const configOf = (settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
      const config: Record<string, string> = { "aws:region": region };
      for (const [key, value] of Object.entries({ ...base, ...settings })) config[`homing:${key}`] = value;
      return config;
    };
    const up = async (settings: Readonly<Record<string, string>> = {}): Promise<UpResult> => {
      const result = await stack.up(configOf(settings));
      const output = (key: string): string => result.outputs[key] ?? "";
      system = {
        pid: process.pid,
        awsEndpoint: emulator.endpoint,
        cloudTrailEndpoint: proxy.endpoint,
        region,
        account,
        vaultAddress: vault.address,
        vaultToken: vault.token,
        vaultPid: vault.pid,
        vaultUnsealKey: vault.unsealKey,
        vaultAuditLog: vault.auditLog,
        vaultRole: output("loginRole"),
        exemptTag: output("exemptTag"),
        mount: output("mount"),
        homePrefix: output("homePrefix"),
        namePrefix: output("namePrefix"),
        queueUrl: output("queueUrl"),
        deadLetterQueueUrl: output("deadLetterQueueUrl"),
        functionName: output("functionName"),
        functionRoleArn: output("functionRoleArn"),
        logGroupName: output("logGroupName"),
        mode: output("mode"),
        stack: `local-${name}`,
        backendUrl: stack.backendUrl,
        outputs: result.outputs,
      };
      writeSystem(name, system);
      return result;
    };
    const firstUp = await up();
    const current = (): System => {
      if (system === undefined) throw new Error("the stack was never updated");
      return system;
    };
    for (const [where, mover] of Object.entries(moversOf(current()))) {
      const { logGroupName, sweeperFunctionName, queueUrl, deadLetterQueueUrl } = mover;
      const logGroupNames = [logGroupName, `/aws/lambda/${sweeperFunctionName}`];
      const hop = startMetricHop({
        awsEndpoint: emulator.endpoint,
        region: where,
        logGroupNames,
        queueUrl,
        deadLetterQueueUrl,
      });
      closers.push(hop.stop);
    }
    return {
      tools,
      system: current,
      vault,
      emulator,
      endpoint,
      directory,
      stack,
      preview: (settings = {}) => stack.preview(configOf(settings)),
      up,
      async openBeside({ environment, ...other }) {
        const beside = { ...common, ...other, environment: { ...common.environment, ...environment } };
        const opened = await openStack(beside);
        closers.push(() => {
          opened.forget();
        });
        return opened;
      },
      firstUp,
      drain: () => proxy.drain(),
      close,
      stop,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

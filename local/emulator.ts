import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { answersOk, startProcess, withFreePort } from "./processes";
import type { RunningProcess } from "./processes";

/** What the AWS emulator is started with. */
export interface EmulatorOptions {
  readonly tools: { readonly ministack: string; readonly nodeDirectory: string };
  /** The emulator writes here and nowhere else: its log, its state and the functions' code. */
  readonly directory: string;
  /** Added to its environment, which every function inherits; may also override what is set here. */
  readonly environment: Readonly<Record<string, string>>;
  /** Default: a free port. */
  readonly port?: number;
}

/** A running AWS emulator that checks signatures and enforces IAM policies, on 127.0.0.1. */
export interface Emulator {
  readonly endpoint: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: RunningProcess["exited"];
  readonly stop: () => Promise<void>;
}

/** The emulator's account, its region, and the access key of its root user. None of them is a secret. */
export const emulatorAccount = {
  accountId: "000000000000",
  region: "us-east-1",
  accessKeyId: "test",
  secretAccessKey: "test",
} as const;

const READY_WITHIN_MS = 60_000;

/**
 * Starts ministack and returns when it answers. Functions run on the Node of `tools.nodeDirectory`.
 * @throws with the end of its log when it does not become ready within a minute
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { port } = options;
  if (port !== undefined) return startEmulatorOn(port, options);
  return withFreePort(1, (free) => startEmulatorOn(free, options));
}

async function startEmulatorOn(port: number, options: EmulatorOptions): Promise<Emulator> {
  const { tools, directory } = options;
  const folders = {
    HOME: join(directory, "home"),
    TMPDIR: join(directory, "tmp"),
    STATE_DIR: join(directory, "state"),
    S3_DATA_DIR: join(directory, "s3"),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const endpoint = `http://127.0.0.1:${port}`;
  const logFile = join(directory, `emulator-${port}.log`);
  const { pid, exited, stop } = await startProcess({
    name: "emulator",
    command: join(dirname(tools.ministack), "python"),
    args: [join(__dirname, "emulatorStart.py")],
    // The whole of it reaches the function, so nothing of this machine's environment is passed on.
    env: {
      ...folders,
      PATH: `${tools.nodeDirectory}:/usr/bin:/bin`,
      AUTH: "true",
      // Without these two it listens on every address of the machine.
      BIND_HOST: "127.0.0.1",
      IOT_MTLS_ENABLED: "0",
      GATEWAY_PORT: String(port),
      MINISTACK_ACCOUNT_ID: emulatorAccount.accountId,
      MINISTACK_REGION: emulatorAccount.region,
      ...options.environment,
    },
    cwd: directory,
    logFile,
    ready: () => answersOk(`${endpoint}/_ministack/health`),
    timeoutMs: READY_WITHIN_MS,
  });
  return { endpoint, pid, logFile, exited, stop };
}

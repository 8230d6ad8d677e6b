import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { signalGroup, spawnInGroup } from "./processes/group";
import type { ProcessUser } from "./processes/group";

export { freePort, withFreePort } from "./ports";
export { beforeStop, stopAll } from "./processes/group";
export type { ProcessUser } from "./processes/group";

/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that is running and was seen to be ready. */
export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Ends the process and all that it started; returns when it is gone. Can be called again. */
  readonly stop: () => Promise<void>;
}

/** What to start and how to see that it is ready. */
export interface ProcessOptions {
  /** For messages: "vault", "emulator". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing of this process's own is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** As whom it runs, where it must not run as this process does. */
  readonly user?: ProcessUser;
  /** Standard output and error are appended to this file, which only its owner can read. */
  readonly logFile: string;
  /** Asked every 100 ms until it says true. An error of its own ends the start. */
  readonly ready: () => Promise<boolean>;
  /** How long it may take to become ready, in milliseconds. */
  readonly timeoutMs: number;
  /** How long it may take to end by SIGTERM before it is killed, in milliseconds; default 5000. */
  readonly graceMs?: number;
}

const POLL_MS = 100;
const DEFAULT_GRACE_MS = 5_000;
const TAIL_LINES = 25;

/**
 * Starts a server in its own process group and returns when it is ready.
 * @throws when it cannot be started, ends, or is not ready in time: the message has the end of its log, and nothing of
 *   it is left running
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const logStart = existsSync(options.logFile) ? statSync(options.logFile).size : 0;
  const graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
  const child = spawnLogged(options, graceMs);
  const exited = exitOf(child);
  const stop = (): Promise<void> => stopGroup(child, exited, graceMs);
  try {
    const pid = await untilReady(options, child, exited);
    return { pid, exited, stop };
  } catch (error) {
    await stop();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${options.name} ${reason}${tail(options.logFile, logStart)}`, { cause: error });
  }
}

/** Whether an HTTP server answers a GET of `url` with status 200 within two seconds; nobody listening is "no". */
export async function answersOk(url: string, headers: Readonly<Record<string, string>> = {}): Promise<boolean> {
  try {
    const response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    // Not listening yet, or too busy to answer: both mean "ask again".
    return false;
  }
}

function spawnLogged(options: ProcessOptions, graceMs: number): ChildProcess {
  const log = openSync(options.logFile, "a", 0o600);
  try {
    return spawnInGroup(
      options.command,
      options.args,
      { cwd: options.cwd, env: options.env, stdio: ["ignore", log, log], ...options.user },
      (leader) => stopGroup(leader, exitOf(leader), graceMs),
    );
  } finally {
    closeSync(log);
  }
}

function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    if (hasEnded(child)) resolve({ code: child.exitCode, signal: child.signalCode });
    child.once("exit", (code, signal) => {
      resolve({ code, signal });
    });
    // A process that could not be started has no exit event.
    child.once("error", () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function untilReady(options: ProcessOptions, child: ChildProcess, exited: Promise<ProcessExit>): Promise<number> {
  const deadline = performance.now() + options.timeoutMs;
  const failedToStart = new Promise<never>((_, reject) => {
    child.once("error", (error) => {
      reject(new Error(`cannot be started: ${error.message}`));
    });
  });
  const ended = exited.then(({ code, signal }): never => {
    throw new Error(`ended before it was ready (${signal ?? `exit code ${code}`})`);
  });
  const polled = (async (): Promise<number> => {
    while (performance.now() < deadline) {
      if (hasEnded(child)) return ended;
      if (child.pid !== undefined && (await options.ready())) return child.pid;
      await sleep(POLL_MS);
    }
    throw new Error(`was not ready within ${options.timeoutMs / 1000} s`);
  })();
  // The losers of the race go on to reject later; that is not an error of anybody's.
  for (const loser of [failedToStart, ended, polled]) loser.catch(() => undefined);
  return Promise.race([failedToStart, ended, polled]);
}

async function stopGroup(child: ChildProcess, exited: Promise<ProcessExit>, graceMs: number): Promise<void> {
  const group = child.pid;
  if (group === undefined) return;
  if (!hasEnded(child)) {
    signalGroup(group, "SIGTERM");
    const timer = new AbortController();
    const late = sleep(graceMs, "late" as const, { signal: timer.signal });
    late.catch(() => undefined);
    if ((await Promise.race([exited, late])) === "late") signalGroup(group, "SIGKILL");
    timer.abort();
  }
  await exited;
}

function tail(logFile: string, from: number): string {
  const lines = readFileSync(logFile).subarray(from).toString("utf8").trimEnd().split("\n").slice(-TAIL_LINES);
  const text = lines.join("\n");
  return text === "" ? `; it wrote nothing to ${logFile}` : `; the end of ${logFile}:\n${text}`;
}

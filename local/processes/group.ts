import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { constants } from "node:os";

import { startWatchdog } from "./watchdog";
import type { Watchdog } from "./watchdog";

/** A user of the system, by number; only root can start a process as another. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

/** How a process is started in a group of its own. */
export interface GroupOptions extends Partial<ProcessUser> {
  readonly cwd?: string;
  /** The whole environment of the process: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
}

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** One Ctrl-C arrives up to three times: from the terminal, from npm and from the bootstrap. */
const SAME_PRESS_MS = 1_000;

const stops = new Map<number, () => Promise<void>>();
const endings: (() => Promise<void>)[] = [];
let watchdog: Watchdog | undefined;
let guarded = false;

/**
 * Starts a process as leader of its own group and makes sure that the group ends before this process does: on exit, on
 * an error that nobody caught, on SIGINT, SIGTERM and SIGHUP, and even when this process is killed outright.
 * @param stop how to end it gently; called by `stopAll`
 */
export function spawnInGroup(
  command: string,
  args: readonly string[],
  options: GroupOptions,
  stop: (child: ChildProcess) => Promise<void>,
): ChildProcess {
  guardThisProcess();
  watchdog ??= startWatchdog();
  const child = spawn(command, args, { ...options, env: { ...options.env }, detached: true });
  const group = child.pid;
  if (group === undefined) return child;
  watchdog.watch(group);
  stops.set(group, () => stop(child));
  child.once("exit", () => {
    // The leader is gone; what it started (a function's workers, a compiler) goes with it.
    signalGroup(group, "SIGKILL");
    stops.delete(group);
    watchdog?.forget(group);
  });
  return child;
}

/** Sends a signal to every process of a group; a group that is gone already is no error. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // macOS answers EPERM for a group of which only a dead, not yet collected leader is left.
    if (!hasCode(error, "ESRCH") && !hasCode(error, "EPERM")) throw error;
  }
}

/** Stops every process that `spawnInGroup` started, all at once, and returns when they are gone. */
export async function stopAll(): Promise<void> {
  await Promise.all([...stops.values()].map((stop) => stop()));
}

/**
 * Registers work that has to be done when a signal ends this process, while the servers still run: destroying a stack,
 * for example. The latest registered is run first; an error is printed and the next is run. A further signal, more
 * than a second after the first, skips what is left.
 * @returns a function that takes the registration back
 */
export function beforeStop(work: () => Promise<void>): () => void {
  guardThisProcess();
  endings.unshift(work);
  return () => {
    const at = endings.indexOf(work);
    if (at >= 0) endings.splice(at, 1);
  };
}

function guardThisProcess(): void {
  if (guarded) return;
  guarded = true;
  process.on("exit", () => {
    for (const group of stops.keys()) signalGroup(group, "SIGKILL");
  });
  let first: number | undefined;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      // The terminal is closed, or the reader has gone: what is to be done before the end is done without them.
      if (first !== undefined && (hasCode(error, "EIO") || hasCode(error, "EPIPE"))) return;
      throw error;
    });
  }
  for (const signal of endingSignals) {
    process.on(signal, () => {
      const exitCode = 128 + constants.signals[signal];
      if (first === undefined) {
        first = Date.now();
        void endBySignal().then(() => process.exit(exitCode));
      } else if (Date.now() - first > SAME_PRESS_MS) {
        process.exit(exitCode);
      }
    });
  }
}

async function endBySignal(): Promise<void> {
  for (const work of [...endings, stopAll]) {
    try {
      await work();
    } catch (error) {
      process.stderr.write(`while stopping: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

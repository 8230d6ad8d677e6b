import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { spawnInGroup, signalGroup } from "../processes/group";

/** Something that cannot be installed. Its message is one line that says what to do. */
export class ToolError extends Error {
  override readonly name = "ToolError";
}

/** What an installation works with. */
export interface InstallContext {
  /** The folder that everything goes into. */
  readonly root: string;
  readonly progress: (line: string) => void;
  /** Aborted when another installation failed, so that this one ends too. */
  readonly signal: AbortSignal;
}

/** One long step of an installation, for example a compilation. */
export interface Step {
  /** What it is for, at the beginning of each progress line. */
  readonly tool: string;
  /** What it does, as in "compiling". */
  readonly doing: string;
  /** Said once at the start, for example how long it takes. */
  readonly note?: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const HEARTBEAT_MS = 15_000;

/**
 * Runs one step: a line when it begins, one every 15 seconds, one with its duration when it is done.
 * @throws ToolError with the last line of its output and the name of the log file that has all of it
 */
export async function runStep(step: Step, { root, progress, signal }: InstallContext): Promise<void> {
  const began = performance.now();
  const seconds = (): number => Math.round((performance.now() - began) / 1000);
  progress(`${step.tool}: ${step.doing}${step.note === undefined ? "" : ` (${step.note})`}`);
  const heartbeat = setInterval(() => {
    progress(`${step.tool}: still ${step.doing}, ${seconds()} s`);
  }, HEARTBEAT_MS);
  try {
    await runLogged(step, root, signal);
  } finally {
    clearInterval(heartbeat);
  }
  progress(`${step.tool}: done ${step.doing} in ${seconds()} s`);
}

async function runLogged(step: Step, root: string, signal: AbortSignal): Promise<void> {
  const logFile = join(root, "logs", `${step.tool}.log`);
  const temporary = temporaryFolder(root);
  mkdirSync(join(root, "logs"), { recursive: true });
  const log = openSync(logFile, "a");
  let failure: string | undefined;
  try {
    appendFileSync(logFile, `\n$ ${[step.command, ...step.args].join(" ")}\n`);
    failure = await new Promise<string | undefined>((resolve) => {
      const child = spawnInGroup(
        step.command,
        step.args,
        { cwd: step.cwd, env: stepEnvironment(temporary, step.env), stdio: ["ignore", log, log] },
        (leader) => {
          if (leader.pid !== undefined) signalGroup(leader.pid, "SIGKILL");
          return Promise.resolve();
        },
      );
      const abort = (): void => {
        if (child.pid !== undefined) signalGroup(child.pid, "SIGTERM");
      };
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort, { once: true });
      child.once("error", (error) => {
        resolve(error.message);
      });
      child.once("exit", (code, killedBy) => {
        signal.removeEventListener("abort", abort);
        resolve(code === 0 ? undefined : (killedBy ?? `exit code ${code}`));
      });
    });
  } finally {
    closeSync(log);
  }
  if (failure !== undefined) {
    throw new ToolError(
      `${step.tool}: ${step.doing} failed (${failure}): ${lastLine(logFile)} (all of it: ${logFile})`,
    );
  }
}

/** A folder for temporary files on the same file system as the tools, so that a finished one can be renamed. */
export function temporaryFolder(root: string): string {
  const folder = join(root, "tmp");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Package managers need the person's own environment (caches, mirrors, certificates); only temporary files move. */
function stepEnvironment(temporary: string, added: Step["env"]): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return { ...(Object.fromEntries(own) as Record<string, string>), TMPDIR: temporary, ...added };
}

function lastLine(logFile: string): string {
  return readFileSync(logFile, "utf8").trimEnd().split("\n").at(-1) ?? "";
}

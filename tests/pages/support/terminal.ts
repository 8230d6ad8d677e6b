/** A person's terminal: commands are run one after the other, and what they export is there for the next. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What a command printed, both streams as they came, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

export interface Terminal {
  /** Runs commands, by bash with `-euo pipefail`. @throws when they take longer than five minutes */
  readonly run: (commands: string) => Promise<Ended>;
  /** A variable as the last commands left it. */
  readonly variable: (name: string) => string;
}

const limitMs = 300_000;

function environmentIn(file: string): Record<string, string> {
  const entries = readFileSync(file, "utf8").split("\0").filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => {
      const equals = entry.indexOf("=");
      return [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}

/** @param directory where the commands are run @param scratch a folder for the terminal itself */
export function openTerminal(
  directory: string,
  scratch: string,
  environment: Readonly<Record<string, string>>,
): Terminal {
  let current: Readonly<Record<string, string>> = environment;
  const left = join(scratch, "environment");
  return {
    async run(commands) {
      rmSync(left, { force: true });
      const started = performance.now();
      const child = spawn("bash", ["-euo", "pipefail", "-c", `${commands}\nenv -0 >${JSON.stringify(left)}`], {
        cwd: directory,
        env: { ...current },
        stdio: ["ignore", "pipe", "pipe"],
        // A group of its own: at the time limit all that the commands started is ended with them.
        detached: true,
      });
      const printed: string[] = [];
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8");
        stream.on("data", (text: string) => printed.push(text));
      }
      const timer = setTimeout(() => {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      }, limitMs);
      const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code, signal) => {
          resolve({ code, signal });
        });
      });
      clearTimeout(timer);
      const output = printed.join("");
      const seconds = (performance.now() - started) / 1_000;
      if (code === null)
        throw new Error(`ended by ${signal ?? "nobody"} after ${seconds.toFixed(0)} s:\n${commands}\n${output}`);
      if (existsSync(left)) current = environmentIn(left);
      return { code, output, seconds };
    },
    variable: (name) => current[name] ?? "",
  };
}

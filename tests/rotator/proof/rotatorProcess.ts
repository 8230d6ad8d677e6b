/** A rotator in a process of its own, which runs an example's callbacks by the real runtime, until it is killed. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import type { Outcome } from "../../../runtime/rotator/outcome";
import type { Limits, Wish } from "../../../runtime/rotator/run";
import type { RotatorPlace } from "../support/rotatedHome";
import type { Jump } from "./clock";

/** What a rotator is told when it starts. */
export interface RotatorStart {
  readonly place: RotatorPlace;
  /** The example's folder, and its program's settings. */
  readonly example: string;
  readonly config: Readonly<Record<string, string>>;
  readonly limits: Limits;
}

/** One attempt. */
export interface Attempt {
  readonly wish: Wish;
  readonly jumps: readonly Jump[];
}

/** What an attempt came to: `retry` when Vault could not be reached. */
export type Answer = Outcome | { readonly outcome: "retry"; readonly reason: string };

export interface RotatorProcess {
  /** Has an attempt made, by a new process if there is none. */
  readonly attempt: (attempt: Attempt) => Promise<Answer | "killed">;
  /** `kill -9`; returns when the process is gone. */
  readonly kill: () => Promise<void>;
}

export function rotatorProcess(start: RotatorStart): RotatorProcess {
  const spawned = () => {
    const child = fork(join(__dirname, "rotator.ts"), {
      execArgv: ["--require", "sucrase/register/ts"],
      env: { PATH: process.env["PATH"], ROTATOR: JSON.stringify(start) },
    });
    return { child, ended: once(child, "exit") };
  };
  let running: ReturnType<typeof spawned> | undefined;
  return {
    async attempt(attempt) {
      running ??= spawned();
      const { child, ended } = running;
      const answer = once(child, "message") as Promise<[Answer]>;
      child.send(attempt);
      const first = await Promise.race([answer, ended.then(() => "killed" as const)]);
      if (first !== "killed") return first[0];
      if (child.signalCode !== "SIGKILL") throw new Error(`the rotator ended by itself: ${String(child.exitCode)}`);
      return "killed";
    },
    async kill() {
      if (running === undefined) return;
      const { child, ended } = running;
      running = undefined;
      child.kill("SIGKILL");
      await ended;
    },
  };
}

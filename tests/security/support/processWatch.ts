/** Looks at all processes of the machine for as long as it is told: their command lines and environments. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";

const everyMs = 40;

export interface ProcessWatch {
  /** Ends it. @returns all command lines and all environments that were seen */
  readonly end: () => { readonly commands: string; readonly environments: string; readonly looks: number };
}

/** One of a process's files; empty when it is gone by now or somebody else's. */
function readOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

export function watchProcesses(): ProcessWatch {
  const commands = new Set<string>();
  const environments = new Set<string>();
  let looks = 0;
  const hasFiles = existsSync("/proc/self/cmdline");
  const look = (): void => {
    looks += 1;
    if (!hasFiles) {
      // Where there is no /proc, ps prints command lines with the environments behind them.
      const all = execFileSync("ps", ["-axwwE", "-o", "command"], { encoding: "latin1", maxBuffer: 64 * 1024 * 1024 });
      commands.add(all);
      environments.add(all);
      return;
    }
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      commands.add(readOf(pid, "cmdline"));
      // Environments are fixed when a process starts, so a few looks are enough.
      if (looks % 10 === 1) environments.add(readOf(pid, "environ"));
    }
  };
  look();
  const timer = setInterval(look, hasFiles ? everyMs : 25 * everyMs);
  return {
    end: () => {
      clearInterval(timer);
      look();
      return { commands: [...commands].join("\n"), environments: [...environments].join("\n"), looks };
    },
  };
}

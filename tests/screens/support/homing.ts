/** `homing` and the programs of the local cloud, as a person types them. */
import { isKept } from "./kept";
import type { View } from "./kept";
import { atTerminal, behindPipe } from "./terminal";
import type { Program, Typed } from "./terminal";

interface Shown {
  readonly code: number | null;
  readonly before: readonly string[];
}

/** One or two streams, each under its name. */
const streams = (out: string, err: string): string =>
  [
    ...(out === "" ? [] : [`--- standard output`, out.trimEnd()]),
    ...(err === "" ? [] : [`--- standard error`, err.trimEnd()]),
  ].join("\n");

/** Runs a program where this view is, and compares what a person sees at its end, and its exit code, with the kept screen. */
export async function look(
  name: string,
  view: View,
  line: string,
  program: Program,
  typed: readonly Typed[] = [],
): Promise<Shown> {
  if (view === "pipe") {
    const { code, out, err } = await behindPipe(program);
    isKept(name, view, line, `${streams(out, err)}\n--- exit code ${code}`);
    return { code, before: [] };
  }
  const { code, screen, before } = await atTerminal(program, view, typed);
  isKept(name, view, line, `${screen}\n--- exit code ${code}`);
  return { code, before };
}

/** The words of a command line; quotes keep a pattern from the shell. */
const wordsOf = (line: string): readonly string[] => line.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));

export const homing = (line: string, env: Program["env"]): Program => ({
  args: ["cli/homing.js", ...wordsOf(line).slice(2)],
  env,
});

export const local = (line: string, env: Program["env"]): Program => ({
  args: ["-r", "ts-node/register/transpile-only", "local/cli.ts", ...wordsOf(line).slice(4)],
  env,
});

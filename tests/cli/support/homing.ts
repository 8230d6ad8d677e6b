/** `homing` as a person runs it, here or, where it is to be interrupted, in a process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";

import { runCommandLine } from "../../../cli/main";
import { variablesOf } from "../../../local/environment";
import type { System } from "../../../local/system";

const checkout = join(__dirname, "..", "..", "..");

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What `--json` printed, a record a line, without the first, which tells the version. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signalAt?: SignalAt;
}

/** When a run gets a signal. It stands still there until it has it: on a busy machine, too, it can't end before. */
export interface SignalAt {
  readonly signal: NodeJS.Signals;
  /** So many outcomes have been printed by `--json`. */
  readonly outcomes: number;
}

export interface Homing {
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** All that any run has printed. */
  readonly printed: () => string;
}

/** The environment of a person who works with this cloud as the account's root. */
export const environmentOf = (system: System): Readonly<Record<string, string>> => ({
  PATH: process.env["PATH"] ?? "",
  HOME: join(checkout, ".local"),
  ...variablesOf(system),
});

const recordsIn = (out: string): Ended["records"] =>
  out
    .split("\n")
    // The last line of a run that was killed may be cut.
    .filter((line) => line.startsWith('{"type":') && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    // What every run begins with says nothing of it.
    .filter(({ type }) => type !== "version");

/** In this process: a start takes seconds. */
export async function runHere(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const before = { ...process.env };
  const [out, err] = [new PassThrough(), new PassThrough()];
  const texts = { out: "", err: "" };
  out.on("data", (data: Buffer) => (texts.out += data.toString("utf8")));
  err.on("data", (data: Buffer) => (texts.err += data.toString("utf8")));
  let code: number | null = null;
  try {
    for (const name of Object.keys(before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, env);
    await runCommandLine(args, {
      streams: { out, err },
      end: (given) => {
        code = given;
      },
    });
  } finally {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  }
  await setImmediate();
  return { code, ...texts, records: recordsIn(texts.out) };
}

/** In a process of its own, which stands still at a gate while the signal is sent. */
const runApart = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { signal, outcomes }: SignalAt,
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const script = join(checkout, "cli", "homing.js");
    const child = spawn(process.execPath, ["--require", join(__dirname, "gate.js"), script, ...args], {
      cwd: checkout,
      env: { ...env, HOMING_GATE_OUTCOMES: outcomes.toString() },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const [, stdout, stderr, gate] = child.stdio;
    let [out, err] = ["", ""];
    stdout?.on("data", (data: Buffer) => {
      out += data.toString("utf8");
    });
    stderr?.on("data", (data: Buffer) => {
      err += data.toString("utf8");
    });
    gate?.once("data", () => {
      child.kill(signal);
      // A signal that does not end it at once finds the gate open.
      gate.destroy();
    });
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, out, err, records: recordsIn(out) });
    });
  });

export function homingIn(system: () => System): Homing {
  let printed = "";
  return {
    printed: () => printed,
    async run(args, { env = {}, signalAt } = {}) {
      const all = { ...environmentOf(system()), ...env };
      const ended = await (signalAt === undefined ? runHere(args, all) : runApart(args, all, signalAt));
      printed += ended.out + ended.err;
      return ended;
    },
  };
}

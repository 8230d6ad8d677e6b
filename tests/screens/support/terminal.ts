/** Programs at a terminal or behind a pipe, and what a person sees of them there. */
import { spawn } from "node:child_process";
import { join } from "node:path";

import { Terminal } from "@xterm/headless";

import { masked } from "./masked";

export const checkout = join(__dirname, "..", "..", "..");
const pseudoTerminal = join(__dirname, "pseudoTerminal.py");
const rows = 24;

/** What a person types, once this stands on the terminal behind all that was there when the last keys were typed. */
export interface Typed {
  readonly at: string;
  readonly keys: string;
}

export const enter = "\r";
export const ctrlC = "\u0003";
export const ctrlD = "\u0004";

export interface Program {
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Seen {
  readonly code: number | null;
  /** The lines that stand on the terminal at the end, those that were scrolled out included. */
  readonly screen: string;
  /** The same at the moment before each of the keys was typed. */
  readonly before: readonly string[];
}

/** What a terminal of xterm's kind shows when it has got this text. */
export async function rendered(text: string, columns: number): Promise<string> {
  const terminal = new Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  await new Promise<void>((resolve) => {
    terminal.write(text, resolve);
  });
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "");
  terminal.dispose();
  return lines.join("\n").trimEnd();
}

/**
 * Runs a program at a terminal of so many columns.
 *
 * @param shown what is shown of a text; default: times, ids and ports by placeholders of their width
 */
export async function atTerminal(
  { args, env }: Program,
  columns: number,
  typed: readonly Typed[] = [],
  shown: (text: string) => string = masked,
): Promise<Seen> {
  const program = [pseudoTerminal, String(columns), String(rows), process.execPath, ...args];
  const child = spawn("python3", program, { cwd: checkout, env: { TERM: "xterm-256color", ...env }, stdio: "pipe" });
  let [text, err, seen] = ["", "", 0];
  const moments: string[] = [];
  const waiting = [...typed];
  child.stdout.on("data", (data: Buffer) => {
    text += data.toString("utf8");
    const [next] = waiting;
    const at = next === undefined ? -1 : text.indexOf(next.at, seen);
    if (next === undefined || at === -1) return;
    waiting.shift();
    seen = text.length;
    moments.push(text);
    child.stdin.write(next.keys);
  });
  child.stderr.on("data", (data: Buffer) => (err += data.toString("utf8")));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (err !== "") throw new Error(`the terminal failed: ${err}`);
  const [next] = waiting;
  if (next !== undefined) throw new Error(`${JSON.stringify(next.at)} did not come; there stands\n${text}`);
  const before: string[] = [];
  for (const moment of moments) before.push(await rendered(shown(moment), columns));
  return { code, screen: await rendered(shown(text), columns), before };
}

/** Runs a program whose input is closed and whose outputs are pipes. */
export async function behindPipe({ args, env }: Program): Promise<{
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}> {
  const child = spawn(process.execPath, args, { cwd: checkout, env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (out += data.toString("utf8")));
  child.stderr.on("data", (data: Buffer) => (err += data.toString("utf8")));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, out: masked(out), err: masked(err) };
}

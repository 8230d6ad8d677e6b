/** Runs the shipped function in a Node process of its own, with nothing at hand but what is in its archive. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { findNode } from "../../../local/tools/nodeTool";
import type { Shipped } from "./shipped";

const checkout = dirname(dirname(dirname(__dirname)));

/** The Node that Lambda's runtime has. */
export async function lambdaNode(): Promise<string> {
  const folder = await findNode(join(checkout, ".tools"));
  if (folder === undefined) throw new Error("Node 24 is not installed: run npm test, which installs it");
  return join(folder, "node");
}

/** A folder that holds an archive as Lambda unpacks it. */
export interface Deployment {
  readonly directory: string;
  readonly remove: () => void;
}

/** Unpacks the archive into a temporary folder; its packages are links to the checkout's. */
export function deploy({ text, files }: Pick<Shipped, "text" | "files">): Deployment {
  const directory = mkdtempSync(join(tmpdir(), "homing-bundle-"));
  writeFileSync(join(directory, "__index.js"), text);
  for (const file of files.filter((name) => name !== "__index.js")) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    symlinkSync(join(checkout, file), join(directory, file), "dir");
  }
  return {
    directory,
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What is left of an error outside the process that threw it. */
export interface ThrownError {
  readonly isError: boolean;
  readonly name: string;
  readonly message: string;
  readonly hasStack: boolean;
}

export interface Answered {
  readonly is: "answered";
  readonly answer: unknown;
  /** Milliseconds from the call of the handler to its answer. */
  readonly ms: number;
  /** Milliseconds of processor that the process used in that time. */
  readonly cpuMs: number;
  /** The most memory that the process held so far, in KiB. */
  readonly peakKiB: number;
}

export type Loaded =
  { readonly is: "loaded"; readonly ms: number } | { readonly is: "failed"; readonly error: ThrownError };
export type Invoked = Answered | { readonly is: "failed"; readonly error: ThrownError };

export interface Container {
  /** How loading the function went. */
  readonly loaded: Loaded;
  readonly invoke: (event: unknown, remainingMs?: number) => Promise<Invoked>;
  /** What has arrived of the process's two outputs; all of it once the container is stopped. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

/**
 * Links are not resolved to the checkout, where every package of the project would be found: a package that is not in
 * the archive is missing here as it is in Lambda.
 */
const onlyTheArchive = ["--preserve-symlinks", "--preserve-symlinks-main"];

/** How Lambda's runtime shares a function's memory, in MiB, out to Node's heap. */
const heapOf = (memory: number): readonly string[] => [
  `--max-semi-space-size=${Math.floor(memory * 0.05)}`,
  `--max-old-space-size=${Math.floor(memory * 0.9)}`,
];

export interface ContainerOptions {
  readonly node: string;
  readonly directory: string;
  /** Which file of the folder to load; default the function's own. */
  readonly file?: string;
  /** The function's memory in MiB. */
  readonly memory: number;
  /** The whole environment: nothing of this process's own is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Node's options; default such that nothing but the archive is found. */
  readonly options?: readonly string[];
}

async function answerOf<T>(child: ChildProcess, output: () => string): Promise<T> {
  const ended = new AbortController();
  try {
    const answer = once(child, "message", { signal: ended.signal });
    const exit = once(child, "close", { signal: ended.signal }).then(() => {
      throw new Error(`the function's process ended without an answer:\n${output()}`);
    });
    const [message] = (await Promise.race([answer, exit])) as [T];
    return message;
  } finally {
    ended.abort();
  }
}

/** Starts the process and waits until the function is loaded, or has failed to load. */
export async function startContainer({
  node,
  directory,
  file = "__index.js",
  memory,
  env,
  options = onlyTheArchive,
}: ContainerOptions): Promise<Container> {
  const script = join(__dirname, "lambdaRuntime.js");
  const child = spawn(node, [...options, ...heapOf(memory), script, join(directory, file), "handler"], {
    cwd: directory,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const output = (): string => Buffer.concat(chunks).toString("utf8");
  const closed = once(child, "close");
  return {
    loaded: await answerOf<Loaded>(child, output),
    invoke: async (event, remainingMs = 60_000) => {
      child.send({ event, remainingMs });
      return answerOf<Invoked>(child, output);
    },
    output,
    stop: async () => {
      child.kill();
      await closed;
    },
  };
}

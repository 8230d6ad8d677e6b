/** The question before a command changes something. */
import { createInterface } from "node:readline/promises";

import { Failure } from "./failure";
import type { Screen } from "./screen";

/** Whom a question is put to. */
export interface Asking {
  readonly input: NodeJS.ReadStream | (NodeJS.ReadableStream & { readonly isTTY?: boolean });
  readonly output: NodeJS.WritableStream;
}

const terminal = (): Asking => ({ input: process.stdin, output: process.stderr });

/**
 * Asks for the word yes; with more than a hundred secrets for their number, which no habit types. `--yes` answers; without a
 * terminal, or with `--json`, nobody is there to be asked. Ctrl-C and Ctrl-D are a no.
 *
 * @param secrets how many secrets it is about
 * @throws a {@link Failure} unless that is the answer
 */
export async function ask(
  screen: Pick<Screen, "json" | "note">,
  question: string,
  secrets: number,
  yes: boolean,
  { input, output }: Asking = terminal(),
): Promise<void> {
  if (yes) return;
  if (screen.json || input.isTTY !== true) throw new Failure("Nobody is here to be asked: say --yes if this is meant.");
  const wanted = secrets > 100 ? secrets.toString() : "yes";
  const lines = createInterface({ input, output });
  const closed = new Promise<string>((resolve) => {
    lines.once("close", () => {
      resolve("");
    });
    lines.once("SIGINT", () => {
      lines.close();
    });
  });
  try {
    const answer = await Promise.race([lines.question(`${question} Type ${wanted}: `), closed]);
    if (answer.trim().toLowerCase() !== wanted) throw new Failure("Nothing is done.");
  } finally {
    lines.close();
  }
}

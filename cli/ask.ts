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
 * Asks y/N. `--yes` answers; without a terminal, or with `--json`, nobody is there to be asked. Ctrl-C and Ctrl-D are a no.
 *
 * @throws a {@link Failure} unless the answer is yes
 */
export async function ask(
  screen: Pick<Screen, "json" | "note">,
  question: string,
  yes: boolean,
  { input, output }: Asking = terminal(),
): Promise<void> {
  if (yes) return;
  if (screen.json || input.isTTY !== true) throw new Failure("Nobody is here to be asked: say --yes if this is meant.");
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
    const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure("Nothing is done.");
  } finally {
    lines.close();
  }
}

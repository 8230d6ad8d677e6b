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

/** What is asked for, and which answers count as it. */
interface Wanted {
  readonly words: string;
  readonly is: (answer: string) => boolean;
}

/** Who does not answer: at the end of the input, which is Ctrl-D, or at Ctrl-C or a signal. */
type Left = "ended" | "interrupted";

async function askFor(
  { json }: Pick<Screen, "json">,
  question: string,
  wanted: Wanted,
  yes: boolean,
  { input, output }: Asking,
): Promise<void> {
  if (yes) return;
  if (json || input.isTTY !== true) throw new Failure("Nobody is here to be asked: say --yes if this is meant.");
  const lines = createInterface({ input, output });
  let interrupt = (): void => undefined;
  const left = new Promise<Left>((resolve) => {
    interrupt = () => {
      resolve("interrupted");
    };
    lines.once("close", () => {
      resolve("ended");
    });
    lines.once("SIGINT", interrupt);
    // Whoever ends the process does not wait for an answer.
    process.once("SIGTERM", interrupt);
  });
  try {
    const typed = lines.question(`${question} Type ${wanted.words}: `).then((text) => ({ text }));
    const answer = await Promise.race([typed, left]);
    // The answer's line has been ended by the person, or now; what follows is not to stand behind the question.
    output.write("\n");
    if (answer === "interrupted") throw new Failure("Nothing is done.", 130);
    if (answer === "ended" || !wanted.is(answer.text.trim())) throw new Failure("Nothing is done.");
  } finally {
    process.removeListener("SIGTERM", interrupt);
    lines.close();
  }
}

/**
 * Asks for the word yes; with more than a hundred secrets for their number, which no habit types. `--yes` answers; without a
 * terminal, or with `--json`, nobody is there to be asked. Ctrl-C and Ctrl-D are a no.
 *
 * @param secrets how many secrets it is about
 * @throws a {@link Failure} unless that is the answer; with exit code 130 at Ctrl-C
 */
export function ask(
  screen: Pick<Screen, "json">,
  question: string,
  secrets: number,
  yes: boolean,
  asking: Asking = terminal(),
): Promise<void> {
  const words = secrets > 100 ? secrets.toString() : "yes";
  return askFor(screen, question, { words, is: (answer) => answer.toLowerCase() === words }, yes, asking);
}

/**
 * Asks for the secret's name, where the answer is about one secret alone. Otherwise as {@link ask}.
 *
 * @throws a {@link Failure} unless exactly that is the answer; with exit code 130 at Ctrl-C
 */
export function askName(
  screen: Pick<Screen, "json">,
  question: string,
  name: string,
  yes: boolean,
  asking: Asking = terminal(),
): Promise<void> {
  return askFor(screen, question, { words: "the secret's name", is: (answer) => answer === name }, yes, asking);
}

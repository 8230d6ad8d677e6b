/** Walks the pages: runs their commands as they stand there, and knows which were run, which not, and why. */
import Table = require("cli-table3");

import { refuseEmpty } from "./resources";
import { commandsOf } from "./shellBlocks";
import type { Commands } from "./shellBlocks";
import { substitute } from "./substitutions";
import type { Substitution } from "./substitutions";
import type { Ended, Terminal } from "./terminal";

/** Commands that are not run, by their page and their first line's beginning. */
export interface NotRun {
  readonly page: string;
  readonly begins: string;
  readonly why: string;
}

export interface Walk {
  /**
   * Runs commands of a page.
   *
   * @param begins how their first line begins; exactly one part of the page may begin so
   * @param own substitutions for these alone, before all others
   * @param refused whether they must fail
   * @throws when they fail, or don't although they must, with what they printed
   */
  readonly follow: (
    terminal: Terminal,
    page: string,
    begins: string,
    options?: { readonly own?: readonly Substitution[]; readonly refused?: boolean },
  ) => Promise<Ended>;
  /** A text of a page as it is here. */
  readonly here: (text: string, own?: readonly Substitution[]) => string;
  /** Commands of a page that were neither run nor listed, and what is listed or to be substituted and is not there. */
  readonly faults: () => readonly string[];
  /** What was run, what was not, and what was substituted. */
  readonly report: () => string;
}

/** Runs commands that are no page's. @throws when they fail */
export async function run(terminal: Terminal, commands: string): Promise<Ended> {
  const ended = await terminal.run(commands);
  if (ended.code !== 0) throw new Error(`exit code ${ended.code}:\n${commands}\n${ended.output}`);
  refuseEmpty(ended.output);
  return ended;
}

const place = ({ page, section }: Pick<Commands, "page" | "section">): string => `${page}, ${section}`;
/** Without colours: what a test prints is read in files, too. */
const plain = { head: [], border: [] };
const firstLine = (text: string): string => text.split("\n")[0] ?? "";

export function openWalk(pages: readonly string[], notRun: readonly NotRun[], table: readonly Substitution[]): Walk {
  const all = pages.flatMap(commandsOf);
  const done = new Map<Commands, number>();
  const used = new Set<Substitution>();
  const here = (text: string, own: readonly Substitution[] = []): string => {
    const substituted = substitute(text, [...own, ...table]);
    for (const one of substituted.made) used.add(one);
    return substituted.text;
  };
  const beginningWith = (page: string, begins: string): readonly Commands[] =>
    all.filter((commands) => commands.page === page && commands.text.startsWith(begins));
  const listed = new Map(notRun.flatMap((one) => beginningWith(one.page, one.begins).map((it) => [it, one] as const)));

  return {
    here,
    async follow(terminal, page, begins, { own = [], refused = false } = {}) {
      const [commands, ...others] = beginningWith(page, begins);
      if (commands === undefined || others.length > 0) {
        throw new Error(`${page} has ${others.length + (commands ? 1 : 0)} commands that begin with ${begins}`);
      }
      const text = here(commands.text, own);
      const ended = refused ? await terminal.run(text) : await run(terminal, text);
      if (refused && ended.code === 0) throw new Error(`was not refused:\n${text}\n${ended.output}`);
      done.set(commands, (done.get(commands) ?? 0) + ended.seconds);
      return ended;
    },
    faults: () => [
      ...all
        .filter((commands) => !done.has(commands) && !listed.has(commands))
        .map((commands) => `${commands.page}:${commands.line}: neither run nor listed: ${firstLine(commands.text)}`),
      ...notRun
        .filter((one) => beginningWith(one.page, one.begins).length !== 1)
        .map(({ page, begins }) => `${page}: listed as not run, and not there once: ${begins}`),
      ...table.filter((one) => !used.has(one)).map((one) => `never substituted: ${one.page}`),
    ],
    report() {
      const rows = new Table({ head: ["page", "commands run", "s"], style: plain });
      for (const commands of all) {
        const seconds = done.get(commands);
        if (seconds !== undefined) rows.push([place(commands), commands.text, seconds.toFixed(0)]);
      }
      const left = new Table({ head: ["page", "not run", "why"], style: plain });
      for (const [commands, { why }] of listed) left.push([place(commands), firstLine(commands.text), why]);
      const changed = new Table({ head: ["the page says", "here it is", "why"], style: plain });
      for (const { page, here, why } of used) changed.push([page, here, why]);
      return [rows, left, changed].map(String).join("\n");
    },
  };
}

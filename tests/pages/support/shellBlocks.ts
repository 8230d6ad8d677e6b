/** The commands of a page of the docs: what stands in its ```sh blocks. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const checkout = join(__dirname, "..", "..", "..");

/** Commands that a person copies into a terminal at once: a block, or the part of one between blank lines. */
export interface Commands {
  readonly page: string;
  /** The heading, or the bold words at the start of a paragraph, that they stand under. */
  readonly section: string;
  readonly line: number;
  readonly text: string;
}

const headingOf = (line: string): string | undefined =>
  (/^#+ (.+)$/.exec(line) ?? /^\*\*(.+?)\*\*/.exec(line))?.[1]?.replace(/[.:]$/, "");

/** All commands in a page's text, in its order. @throws when a block does not end */
export function commandsIn(page: string, markdown: string): readonly Commands[] {
  const found: Commands[] = [];
  let section = "";
  let language: string | undefined;
  let part: { readonly line: number; readonly lines: string[] } | undefined;
  const close = (): void => {
    if (part !== undefined && language === "sh") {
      found.push({ page, section, line: part.line, text: part.lines.join("\n") });
    }
    part = undefined;
  };
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^\s*```(.*)$/.exec(line)?.[1];
    if (fence !== undefined) {
      close();
      language = language === undefined ? fence.trim() : undefined;
    } else if (language === undefined) section = headingOf(line) ?? section;
    else if (line.trim() === "") close();
    else {
      part ??= { line: index + 1, lines: [] };
      part.lines.push(line);
    }
  }
  if (language !== undefined) throw new Error(`${page}: a block does not end`);
  return found;
}

/** All commands of a page of this checkout. */
export const commandsOf = (page: string): readonly Commands[] =>
  commandsIn(page, readFileSync(join(checkout, page), "utf8"));

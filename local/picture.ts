/** `npm run picture`: runs the demo and draws what it printed as `docs/images/demo.svg`, the README's picture. */
import { execFile, fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { pictureTool } from "./tools";

/** The picture in the repository. */
export const picture = join(__dirname, "..", "docs", "images", "demo.svg");

/** Wide enough for the demo's tables; longer sentences are wrapped. */
const columns = 90;

/** Sections of the demo that the picture goes without: the table of milliseconds says the same, or nothing is moved. */
export const leftOut: readonly string[] = ["What becomes of them, as the function reports it:", "Tearing down:"];

const bold = (text: string): string => `\u001B[1m${text}\u001B[0m`;
const omission = "\u001B[2m…\u001B[0m";

/**
 * What a first reader is to see of the demo's output: every line as printed, with a mark where sections are left out.
 * Lines before the servers start are about this machine: what it has, and what has to be installed.
 *
 * @throws when the output has other sections than this file knows of
 */
export function excerpt(output: string): string {
  const [opening = "", ...sections] = output.trimEnd().split("\n\n");
  const lines = opening.split("\n");
  const start = lines.findIndex((line) => / s {2}starting /.test(line));
  if (start === -1) throw new Error("the demo did not say that it starts the servers");
  const missing = leftOut.filter((heading) => !sections.some((section) => section.startsWith(`${heading}\n`)));
  if (missing.length > 0) throw new Error(`the demo printed no section "${missing.join('" and no section "')}"`);
  const shown = sections.map((section) => {
    const [heading = "", ...rest] = section.split("\n");
    return leftOut.includes(heading) ? omission : [bold(heading), ...rest].join("\n");
  });
  return [[bold("$ npm run demo"), ...lines.slice(start)].join("\n"), ...shown].join("\n\n");
}

const unfit: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a path of this machine", /(?:^|[\s"'(=>;])(?:file:\/\/)?\/[\w.-]|\b[A-Z]:\\/m],
  ["an address or a port", /127\.0\.0\.1|localhost|\[::1\]|:\d{4,5}\b/],
  [
    "a token",
    /\b(?:hv[sbr]|s)\.\w{20}|\b(?:AKIA|ASIA)\w{16}|\beyJ\w+\.|\b(?=\w*\d)(?=\w*[A-Za-z])\w{20}|\b[\da-f]{8}-[\da-f]{4}-/,
  ],
  ["a file of elsewhere", /@font-face|@import|url\(|href|<script|https?:\/\/(?!www\.w3\.org\/2000\/svg")/],
];

/** What of a text, or of a drawn picture, must not be published; empty when it may be. */
export const unfitIn = (text: string): readonly string[] =>
  unfit.flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []));

/**
 * Draws text with terminal colours as the SVG of a terminal.
 *
 * @param python of {@link pictureTool}
 * @throws when the picture would show what must not be published
 */
export async function draw(python: string, text: string): Promise<string> {
  const args = ["-I", "-B", "-X", "utf8", join(__dirname, "picture.py"), "npm run demo", String(columns)];
  // Rich asks the environment for widths and colours: the picture is to depend on the text alone.
  const drawing = promisify(execFile)(python, args, { env: {} });
  drawing.child.stdin?.end(text);
  const { stdout: svg } = await drawing;
  // The text too: in the picture a token that is wrapped would be two words.
  const found = [...new Set([...unfitIn(text), ...unfitIn(svg)])];
  if (found.length > 0) throw new Error(`there is no picture: it would show ${found.join(" and ")}`);
  return svg;
}

/** Runs the demo and shows what it prints. @throws when a secret did not end as it should */
function runDemo(): Promise<string> {
  return new Promise((resolve, reject) => {
    // It inherits this process's preloads: one of them ends it with this process.
    const demo = fork(join(__dirname, "demo.ts"), { stdio: ["inherit", "pipe", "inherit", "ipc"] });
    const printed: Buffer[] = [];
    demo.stdout?.on("data", (data: Buffer) => {
      printed.push(data);
      process.stdout.write(data);
    });
    demo.once("error", reject);
    demo.once("close", (code, signal) => {
      if (code === 0) resolve(Buffer.concat(printed).toString("utf8"));
      else reject(new Error(`the demo failed (${signal ?? `exit code ${code ?? ""}`}): the picture stays as it was`));
    });
  });
}

async function main(): Promise<void> {
  const say = (line: string): void => {
    process.stderr.write(`picture: ${line}\n`);
  };
  const python = await pictureTool({ progress: say });
  const svg = await draw(python, excerpt(await runDemo()));
  mkdirSync(dirname(picture), { recursive: true });
  writeFileSync(picture, svg);
  say(`written to ${picture}`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

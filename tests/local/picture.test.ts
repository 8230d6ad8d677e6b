import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { demoSecrets } from "../../local/demo/secrets";
import { draw, excerpt, leftOut, picture, unfitIn } from "../../local/picture";
import { pictureTool } from "../../local/tools";

const unescaped = (text: string): string =>
  text
    .replaceAll("&#160;", " ")
    .replaceAll("&#x27;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");

/** The texts of a picture from top to bottom, the title of the window first, each with the column that it begins in. */
const rowsOf = (svg: string): readonly (readonly [x: number, text: string])[] =>
  [...svg.matchAll(/<text [^>]*\bx="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<\/text>/g)]
    .map(([, x, y, text = ""]) => ({ x: Number(x), y: Number(y), text: unescaped(text) }))
    .map(({ x, text }) => [Math.round(x / 12.6), text]);

const output = `   0.1 s  rich: installing
   0.2 s  starting vault and the AWS emulator

First:
   0.3 s  one

${leftOut[0] ?? ""}
   0.4 s  left out

Last:
   0.5 s  two

${leftOut[1] ?? ""}
   0.6 s  left out
`;

const bold = (text: string): string => `\u001B[1m${text}\u001B[0m`;
const mark = "\u001B[2m…\u001B[0m";

describe("the picture of the demo", () => {
  describe("in the repository", () => {
    const svg = readFileSync(picture, "utf8");
    const texts = rowsOf(svg).map(([, text]) => text);

    it("shows nothing of the machine that it was made on, and fetches nothing", () => {
      deepEqual(unfitIn(svg), []);
      deepEqual(unfitIn(texts.join("\n")), []);
    });

    it("is of the demo as it is: npm run picture makes it again", () => {
      const demo = readFileSync(join(__dirname, "..", "..", "local", "demo.ts"), "utf8");
      const headings = [...demo.matchAll(/\bheading\("([^"]+)"\)/g)].map(([, heading = ""]) => heading);

      ok(headings.length > leftOut.length);
      deepEqual(
        headings.filter((heading) => !texts.includes(heading)),
        leftOut,
      );
      for (const { input, shows } of demoSecrets("tag=value")) {
        ok(
          texts.some((text) => text.endsWith(`created   ${input.Name}: ${shows}`)),
          input.Name,
        );
      }
    });
  });

  describe("is made of", () => {
    it("the demo's lines from the start of the servers on, with marks where sections are left out", () => {
      equal(
        excerpt(output),
        [
          `${bold("$ npm run demo")}\n   0.2 s  starting vault and the AWS emulator`,
          `${bold("First:")}\n   0.3 s  one`,
          mark,
          `${bold("Last:")}\n   0.5 s  two`,
          mark,
        ].join("\n\n"),
      );
    });

    it("nothing, when the demo printed other sections than are known", () => {
      throws(() => excerpt(output.replace("Tearing down:", "Cleaning up:")), /no section "Tearing down:"/);
      throws(() => excerpt(output.replace("starting", "beginning")), /did not say that it starts the servers/);
    });
  });

  const plants: Readonly<Record<string, readonly string[]>> = {
    "a path of this machine": ["at /root/x", "<text>/tmp/run", "(/usr/bin/vault)", "file:///srv/x", "in C:\\Users\\me"],
    "an address or a port": ["http 127.0.0.1 here", "localhost", "[::1]", "vault:8200"],
    "a token": [
      `hvs.${"a".repeat(24)}`,
      `s.${"B".repeat(24)}`,
      `AKIA${"A".repeat(16)}`,
      "eyJhbGciOi.x",
      "0a".repeat(12),
      "0dc3ab12-12ab-4f00",
    ],
    "a file of elsewhere": ["@font-face {}", "url(x.woff)", '<a href="x">', "<script>", "https://example.com"],
  };
  for (const [what, texts] of Object.entries(plants)) {
    it(`is not written with ${what}`, () => {
      for (const text of texts) deepEqual(unfitIn(text), [what], text);
    });
  }

  describe("drawn", () => {
    let python = "";

    before(async function () {
      this.timeout(10 * 60_000);
      python = await pictureTool({ progress: () => undefined });
    });

    it("has every line in its order and column, whole", async () => {
      const long = `   1.0 s  ${"word ".repeat(20)}end`;
      const text = [bold("$ npm run demo"), '   0.1 s  it\'s <a> & "b"', "", "┌──┐", "│ x│", "└──┘", long].join("\n");

      const svg = await draw(python, text);

      deepEqual(rowsOf(svg).slice(1), [
        [0, "$ npm run demo"],
        [3, '0.1 s  it\'s <a> & "b"'],
        [0, "┌──┐"],
        [0, "│ x│"],
        [0, "└──┘"],
        [3, `1.0 s  ${"word ".repeat(16).trimEnd()}`],
        [0, `${"word ".repeat(4)}end`],
      ]);
    });

    it("is the same in every terminal", async () => {
      const text = "word ".repeat(30);
      const svg = await draw(python, text);
      const terminal = process.env["TERM"];
      process.env["TERM"] = "dumb";
      try {
        equal(await draw(python, text), svg);
      } finally {
        if (terminal === undefined) delete process.env["TERM"];
        else process.env["TERM"] = terminal;
      }
    });

    it("is refused when it would show a token, even one that is wrapped", async () => {
      await rejects(draw(python, `${"-".repeat(80)}hvs.${"a".repeat(20)}`), /it would show a token$/);
    });
  });
});

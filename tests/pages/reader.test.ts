import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { countsIn, refuseEmpty } from "./support/resources";
import { commandsIn } from "./support/shellBlocks";
import { substitute } from "./support/substitutions";
import { openTerminal } from "./support/terminal";
import { openWalk } from "./support/walk";

const page = `# A page

\`\`\`sh
first \\
  --option

second   # below a blank line
\`\`\`

## Section

\`\`\`json
{}
\`\`\`

**Leaving.** By these:

- in a list:
  \`\`\`sh
  third
  \`\`\`
`;

describe("the reader of the pages", () => {
  it("finds the commands, parted at blank lines, with where they stand, and nothing else", () => {
    deepEqual(commandsIn("page.md", page), [
      { page: "page.md", section: "A page", line: 4, text: "first \\\n  --option" },
      { page: "page.md", section: "A page", line: 7, text: "second   # below a blank line" },
      { page: "page.md", section: "Leaving", line: 20, text: "  third" },
    ]);
  });

  it("refuses a block that does not end", () => {
    throws(() => commandsIn("page.md", "```sh\nrm -r /\n"), /page\.md: a block does not end/);
  });

  it("tells of commands that nobody runs or lists, of a list that is out of date and of substitutions without use", () => {
    const walk = openWalk(
      ["docs/leaving.md"],
      [{ page: "docs/leaving.md", begins: "pulumi erase", why: "it never was there" }],
      [{ page: "https://nowhere.example.com", here: "", why: "" }],
    );

    const faults = walk.faults();

    ok(
      faults.some((fault) =>
        /^docs\/leaving\.md:\d+: neither run nor listed: pulumi state unprotect --all$/.test(fault),
      ),
    );
    deepEqual(faults.slice(-2), [
      "docs/leaving.md: listed as not run, and not there once: pulumi erase",
      "never substituted: https://nowhere.example.com",
    ]);
  });

  it("substitutes all of a text, and says what it did", () => {
    const address = { page: "https://a", here: "http://b", why: "" };
    const { text, made } = substitute("set https://a; use https://a", [address, { ...address, page: "https://c" }]);

    equal(text, "set http://b; use http://b");
    deepEqual(made, [address]);
  });
});

describe("what Pulumi says of its resources", () => {
  const output =
    "Previewing\nResources:\n    + 3 to create\n    ~ 1 to update\n    4 changes. 47 unchanged\n\nResources:\n    + 51 created\n\nDuration: 8s\n";

  it("is read by operation and kind", () => {
    deepEqual(countsIn(output), [{ "to create": 3, "to update": 1, unchanged: 47 }, { created: 51 }]);
  });

  it("shows a program that made nothing, also where it would remove all that is there", () => {
    refuseEmpty(output);
    for (const empty of ["    + 1 to create\n", "    1 unchanged\n", "    - 50 to delete\n    1 unchanged\n"]) {
      throws(() => {
        refuseEmpty(`Resources:\n${empty}`);
      }, /the program made nothing/);
    }
    refuseEmpty("Resources:\n    - 51 deleted\n");
  });
});

describe("the terminal", () => {
  it("keeps what was exported for the next command, and ends a command at its first failure", async () => {
    const folder = mkdtempSync(join(tmpdir(), "homing-terminal-"));
    try {
      const terminal = openTerminal(folder, folder, { PATH: "/usr/bin:/bin" });
      await terminal.run("export NAME='two words'");
      const { code, output } = await terminal.run('echo "$NAME"; false | cat; echo not here');

      deepEqual([code, output, terminal.variable("NAME")], [1, "two words\n", "two words"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

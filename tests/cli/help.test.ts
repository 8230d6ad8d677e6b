import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { runHere } from "./support/homing";

const sessions = ["plan", "move", "status", "undo", "release", "restore", "resolve", "verify", "log", "rotate"];
const withFilters = ["plan", "move", "status", "undo", "release", "verify"];

const whose: Readonly<Record<string, string>> = { log: "Which mover", rotate: "Which rotator" };

const commands = [...sessions, "completion"];

describe("the help of homing", () => {
  for (const command of [[], ...commands.map((name) => [name])]) {
    it(`${["homing", ...command].join(" ")} --help: within 80 columns, on standard output, exit code 0`, async () => {
      const { code, out, err } = await runHere([...command, "--help"], {});

      assert.deepEqual([code, err], [0, ""]);
      for (const line of out.split("\n")) assert.ok(line.length <= 80, `${line.length.toString()} columns: ${line}`);
      assert.match(out, /^Examples?, in the checkout of homing:\n {2}\$ npx homing /m);
    });
  }

  for (const command of sessions) {
    it(`has the options of ${command} in groups, its own first`, async () => {
      const { out } = await runHere([command, "--help"], {});

      const heads = [...out.matchAll(/^(Options|Which [^:]*|Output):$/gm)].map(([, head]) => head);
      assert.deepEqual(
        heads.filter((head) => head !== "Options"),
        [
          ...(withFilters.includes(command) ? ["Which secrets"] : []),
          whose[command] ?? "Which mover, and which login",
          "Output",
        ],
      );
      assert.ok(!heads.includes("Options") || heads[0] === "Options", heads.join(", "));
      assert.doesNotMatch(out, /default: \[\]/);
    });
  }

  it("has a version: that of package.json", async () => {
    const text = readFileSync(join(__dirname, "..", "..", "package.json"), "utf8");
    const { version } = JSON.parse(text) as { readonly version: string };

    const { code, out, err } = await runHere(["--version"], {});

    assert.deepEqual([code, out, err], [0, `homing ${version}\n`, ""]);
  });

  it("begins with --json with its version and that of the format, whatever comes then", async () => {
    const { code, out } = await runHere(["plan", "--json"], { AWS_REGION: "eu-west-1", HOMING_STACK: "s".repeat(41) });

    const [first, second] = out.split("\n").map((line) => JSON.parse(line || "{}") as Record<string, unknown>);
    assert.deepEqual([code, first?.["type"], first?.["format"], second?.["type"]], [1, "version", 1, "error"]);
    assert.match(String(first?.["homing"]), /^\d+\.\d+\.\d+$/);
  });
});

describe("homing completion", () => {
  /** What bash offers for a line, the last word of which is not finished. */
  async function offered(...words: readonly string[]): Promise<readonly string[]> {
    const { out } = await runHere(["completion"], {});
    const line = ["homing", ...words].map((word) => JSON.stringify(word)).join(" ");
    const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length.toString()}; _homing; printf '%s\\n' "\${COMPREPLY[@]-}"`;
    const text = execFileSync("bash", ["-uc", `${out}\n${ask}`], { encoding: "utf8" });
    return text.split("\n").filter(Boolean);
  }

  it("offers commands, then the options of the command", async () => {
    assert.deepEqual(await offered("re"), ["release", "restore", "resolve"]);
    assert.deepEqual(
      [...sessions, "completion"].sort(),
      (await offered("")).filter((word) => !word.startsWith("-")).sort(),
    );
    assert.deepEqual(await offered("undo", "--s"), ["--since", "--stack"]);
    assert.deepEqual(await offered("log", "--vault"), []);
    assert.deepEqual(await offered("rotate", "--st"), ["--status"]);
  });

  it("offers the values of an option that has few", async () => {
    assert.deepEqual(await offered("plan", "--as", ""), ["copy", "move"]);
    assert.deepEqual(await offered("move", "--login", "j"), ["jwt"]);
  });
});

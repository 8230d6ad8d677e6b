import { equal } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

describe("quickProgram", () => {
  const local = join(__dirname, "..", "..", ".local");
  let folder: string;
  before(() => {
    mkdirSync(local, { recursive: true });
    folder = mkdtempSync(join(local, "quick-"));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { module: "commonjs" } }));
    writeFileSync(
      join(folder, "runner.js"),
      'require("ts-node").register({ transpileOnly: true, compilerOptions: { target: process.argv[2] } });\nrequire("./program.ts");\n',
    );
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const program = (source: string): void => {
    writeFileSync(join(folder, "program.ts"), source);
  };
  /** @returns what the program printed, run by a runner as Pulumi's */
  const run = (target = "ES2022"): string => {
    const args = ["-r", join(__dirname, "quickProgram.js"), join(folder, "runner.js"), target];
    return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  };
  const compiled = join(local, "compiled");
  /** What is kept of the program with a text. */
  const keptOf = (text: string): readonly string[] =>
    readdirSync(compiled)
      .map((name) => join(compiled, name))
      .filter((file) => file.endsWith(".js") && readFileSync(file, "utf8").includes(text));

  it("keeps what was compiled, until the program or the compiler's options change", () => {
    const name = `program ${process.pid.toString()} ${Date.now().toString()}`;
    program(`const say: string = "${name}"; console.log(say, (() => 1).toString());`);
    equal(run(), `${name} () => 1\n`);
    const [kept = "", ...others] = keptOf(name);
    equal(others.length, 0);

    writeFileSync(kept, 'console.log("kept");');
    equal(run(), "kept\n");
    equal(run("ES5"), `${name} function () { return 1; }\n`);
    program(`const say: string = "${name}"; console.log(say, (() => 2).toString());`);
    equal(run(), `${name} () => 2\n`);

    for (const file of [kept, ...keptOf(name)]) rmSync(file);
  });
});

import { deepEqual, equal } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as lib from "../lib";
import { copiedExample } from "./support/exampleFolder";

const checkout = join(__dirname, "..");
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(checkout, folder, "package.json"), "utf8")) as {
    readonly exports?: Readonly<Record<string, string>>;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };

describe("homing as a package", () => {
  it("is every component that it has", () => {
    deepEqual(manifestOf(".").exports, { ".": "./lib.ts" });
    const components = readdirSync(join(checkout, "components"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(checkout, "components", file), "utf8"))
      .flatMap((code) => [...code.matchAll(/^export class (\w+) extends ComponentResource/gm)].map(([, name]) => name));

    deepEqual(
      components.filter((name) => name === undefined || !(name in lib)),
      [],
    );
  });

  // With another version of Pulumi's packages its plugins would be others than those that homing is tested with.
  for (const example of ["embed", "consumer", "rotation", "rotation-postgres", "rotation-single-key"]) {
    it(`is a link of its example ${example}, which asks for the versions that it has itself`, () => {
      const { dependencies, devDependencies } = manifestOf(join("examples", example));
      const own = manifestOf(".");
      const known: Readonly<Record<string, string>> = {
        ...own.dependencies,
        ...own.devDependencies,
        homing: "file:../..",
      };

      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        equal(version, known[name], name);
      }
      equal(dependencies["homing"], "file:../..");
      // npm would copy it, and neither is TypeScript compiled below node_modules nor a function serialized from there.
      equal(readFileSync(join(checkout, "examples", example, ".npmrc"), "utf8"), "install-links=false\n");
    });

    it(`fits its example ${example}, copied out of the checkout, by the compiler and the types that it has there`, function () {
      this.timeout(120_000);
      const { folder, remove } = copiedExample(example);
      try {
        const compiler = join("node_modules", "typescript", "bin", "tsc");
        const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", "."], {
          cwd: folder,
          encoding: "utf8",
        });
        deepEqual({ status, stdout }, { status: 0, stdout: "" });
      } finally {
        remove();
      }
    });

    it(`is compiled in its example ${example} as it is here`, () => {
      const optionsOf = (folder: string) =>
        (
          JSON.parse(readFileSync(join(checkout, folder, "tsconfig.json"), "utf8")) as {
            readonly compilerOptions: Readonly<Record<string, unknown>>;
          }
        ).compilerOptions;
      const own = optionsOf(".");
      const theirs = optionsOf(join("examples", example));

      // The text of a serialized function depends on these.
      for (const name of ["target", "module", "removeComments", "useDefineForClassFields", "esModuleInterop"]) {
        equal(theirs[name], own[name], name);
      }
    });
  }

  it("is never said to be started by npx where that would ask the npm registry for the name", () => {
    const docs = readdirSync(join(checkout, "docs")).filter((file) => file.endsWith(".md"));
    const pages = [...docs.map((file) => join("docs", file)), join("cli", "main.ts")];
    const texts = pages.map((page) => readFileSync(join(checkout, page), "utf8"));

    // The first mention of a page has the place before it.
    const unsaid = pages.filter((_, at) => {
      const [before = "", ...further] = texts[at]?.split("npx homing") ?? [];
      return further.length > 0 && !/\bin the checkout\b/.test(before);
    });
    deepEqual(unsaid, []);
  });
});

import { deepEqual, equal } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as lib from "../lib";
import program = require("../index");

const checkout = join(__dirname, "..");
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(checkout, folder, "package.json"), "utf8")) as {
    readonly exports?: Readonly<Record<string, string>>;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };

describe("homing as a package", () => {
  it("is the program and every component that it has", () => {
    equal(lib.program, program);
    deepEqual(manifestOf(".").exports, { ".": "./lib.ts" });
    const components = readdirSync(join(checkout, "components"))
      .map((file) => readFileSync(join(checkout, "components", file), "utf8"))
      .flatMap((code) => [...code.matchAll(/^export class (\w+) extends ComponentResource/gm)].map(([, name]) => name));

    deepEqual(
      components.filter((name) => name === undefined || !(name in lib)),
      [],
    );
  });

  // With another version of Pulumi's packages its plugins would be others than those that homing is tested with.
  for (const example of ["embed", "consumer"]) {
    it(`is a link of its example ${example}, which asks for the versions that it has itself`, () => {
      const { dependencies, devDependencies } = manifestOf(join("examples", example));
      const own = manifestOf(".");
      const known = { ...own.dependencies, ...own.devDependencies, homing: "file:../.." };

      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        equal(version, known[name], name);
      }
      equal(dependencies["homing"], "file:../..");
      // npm would copy it, and neither is TypeScript compiled below node_modules nor a function serialized from there.
      equal(readFileSync(join(checkout, "examples", example, ".npmrc"), "utf8"), "install-links=false\n");
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
});

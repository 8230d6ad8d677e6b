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

  it("asks its example for the packages that the functions are packed of", () => {
    const { homing, ...rest } = manifestOf("examples/embed").dependencies;

    equal(homing, "file:../..");
    deepEqual(rest, manifestOf(".").dependencies);
  });
});

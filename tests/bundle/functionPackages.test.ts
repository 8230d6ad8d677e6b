import * as assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import { functionPackages } from "../../components/aws/functionPackages";

describe("the packages that a function is packed with", () => {
  let base: string;
  let root: string;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), "homing-packages-")));
    root = join(base, "homing");
  });
  afterEach(() => {
    rmSync(base, { recursive: true, force: true });
  });

  /** Puts a package with these dependencies into a folder below the base. */
  function put(folder: string, ...dependencies: readonly string[]): void {
    mkdirSync(join(base, folder), { recursive: true });
    const manifest = { dependencies: Object.fromEntries(dependencies.map((name) => [name, "1.0.0"])) };
    writeFileSync(join(base, folder, "package.json"), JSON.stringify(manifest));
  }

  /** Each key with its folder below the base. */
  async function packed(...neverLoaded: readonly string[]): Promise<Record<string, string>> {
    const entries = Object.entries(functionPackages(neverLoaded, root));
    const paths = await Promise.all(entries.map(([, archive]) => archive.path));
    return Object.fromEntries(entries.map(([key], at) => [key, resolve(paths[at] ?? "").slice(base.length + 1)]));
  }

  it("are what its own folder depends on, directly and not, and no package of the deployment", async () => {
    put("homing", "one", "@scope/two", "@pulumi/aws");
    put("homing/node_modules/one", "three");
    put("homing/node_modules/@scope/two");
    put("homing/node_modules/three", "one");
    put("homing/node_modules/other");

    assert.deepEqual(await packed(), {
      "node_modules/one": "homing/node_modules/one",
      "node_modules/three": "homing/node_modules/three",
      "node_modules/@scope/two": "homing/node_modules/@scope/two",
    });
  });

  it("are without those that are never loaded, and without what only they need", async () => {
    put("homing", "one");
    put("homing/node_modules/one", "never");
    put("homing/node_modules/never", "three");

    assert.deepEqual(await packed("never"), { "node_modules/one": "homing/node_modules/one" });
  });

  it("are found where a workspace has them, and come along within the package that has its own", async () => {
    put("homing", "one");
    put("node_modules/one", "two", "three");
    put("node_modules/two");
    put("node_modules/one/node_modules/two", "three");
    put("node_modules/one/node_modules/three", "two", "four");
    put("node_modules/four");

    assert.deepEqual(await packed(), {
      "node_modules/one": "node_modules/one",
      "node_modules/four": "node_modules/four",
    });
  });

  it("are the folders that links lead to: the engine packs nothing of a link", async () => {
    put("homing", "one");
    put("store/one", "two");
    put("store/node_modules/two");
    mkdirSync(join(root, "node_modules"));
    symlinkSync(join(base, "store/one"), join(root, "node_modules/one"));

    assert.deepEqual(await packed(), { "node_modules/one": "store/one", "node_modules/two": "store/node_modules/two" });
  });

  it("are refused when one is missing, by name", () => {
    put("homing", "one");
    put("homing/node_modules/one", "two");

    assert.throws(() => functionPackages([], root), {
      message: `A function needs the package two, and ${root}/node_modules/one has none: run npm ci`,
    });
  });

  it("are refused when one would take the place of another", () => {
    put("homing", "one", "two");
    put("homing/node_modules/two");
    put("store/one", "two");
    put("store/node_modules/two");
    symlinkSync(join(base, "store/one"), join(root, "node_modules/one"));

    assert.throws(() => functionPackages([], root), /^Error: A function needs two of the package two: .*\/store\//);
  });

  it("are homing's own, wherever a program is run", async () => {
    const own = functionPackages([]);
    const before = process.cwd();
    process.chdir(base);
    try {
      const elsewhere = functionPackages([]);
      assert.deepEqual(Object.keys(elsewhere), Object.keys(own));
      const path = await elsewhere["node_modules/jsonc-parser"]?.path;
      assert.equal(resolve(path ?? ""), join(dirname(dirname(__dirname)), "node_modules", "jsonc-parser"));
    } finally {
      process.chdir(before);
    }
  });
});

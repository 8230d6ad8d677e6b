import * as assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";

import type { Shipped } from "./bundle/support/shipped";
import { theFunction } from "./bundle/support/stage";

const checkout = dirname(__dirname);
const read = (file: string): string => readFileSync(join(checkout, file), "utf8");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** An entry of `packages` in a lockfile. */
interface Locked {
  readonly version: string;
  readonly integrity?: string;
  /** Set for a folder of this repository. */
  readonly resolved?: string;
  readonly license?: string | readonly { readonly type: string }[];
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Lockfile = Readonly<Record<string, Locked>>;

const manifest = JSON.parse(read("package.json")) as Manifest;
const lockfileIn = (file: string): Lockfile => (JSON.parse(read(file)) as { packages: Lockfile }).packages;
const locked = lockfileIn("package-lock.json");

/** Licences that let anybody use and pass on the packages, with a notice at most. */
const allowed: readonly string[] = ["MIT", "MIT-0", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD"];
/** A package may be had under any one of its licences. */
const licencesOf = ({ license }: Locked): readonly string[] =>
  typeof license === "string" ? [license] : (license ?? []).map(({ type }) => type);

/** Tables of docs/dependencies.md: the cells of each row, the first without its quotes. */
function table(heading: string): readonly (readonly string[])[] {
  const section = read("docs/dependencies.md")
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`));
  assert.ok(section, `docs/dependencies.md has no section ${heading}`);
  return section
    .split("\n")
    .filter((line) => /^\| `/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .map(([name = "", ...cells]) => [name.replaceAll("`", ""), ...cells]);
}

const kilobytesOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0) / 1_024;

describe("the packages that run beside the secrets", function () {
  this.timeout(300_000);
  let shipped: Shipped;
  /** The folders of the archive, as keys of the lockfile, and what is nested in them. */
  let keys: readonly string[];
  before(async () => {
    shipped = await theFunction();
    const folders = shipped.files.filter((file) => file !== "__index.js");
    keys = Object.keys(locked).filter((key) =>
      folders.some((folder) => key === folder || key.startsWith(`${folder}/node_modules/`)),
    );
    assert.equal(folders.filter((folder) => !keys.includes(folder)).length, 0, "each is in the lockfile");
    assert.ok(keys.length > 20);
  });
  const entry = (key: string): Locked => {
    const found = locked[key];
    assert.ok(found, `${key} is not in the lockfile`);
    return found;
  };

  it("are fixed by the lockfile: a strong hash for each, or a folder of this repository", () => {
    for (const key of keys) {
      const { integrity, resolved } = entry(key);
      if (resolved === undefined) assert.match(integrity ?? "", /^sha512-[A-Za-z0-9+/]{86}==$/, key);
      else {
        assert.match(resolved, /^file:stubs\/[a-z-]+$/, key);
        assert.ok(existsSync(join(checkout, resolved.slice("file:".length), "package.json")), key);
      }
    }
  });

  it("are installed in just that version", () => {
    const installed = lockfileIn("node_modules/.package-lock.json");
    for (const key of keys) {
      const { version, integrity } = installed[key] ?? { version: "none" };
      assert.deepEqual({ version, integrity }, { version: entry(key).version, integrity: entry(key).integrity }, key);
    }
  });

  it("have a licence of the list", () => {
    for (const key of keys) {
      const licences = licencesOf(entry(key));
      assert.ok(
        licences.some((licence) => allowed.includes(licence)),
        `${key}: ${licences.join(", ")}`,
      );
    }
  });

  it("run no script when they are installed", () => {
    assert.deepEqual(
      keys.filter((key) => entry(key).hasInstallScript === true),
      [],
    );
    const scripts = keys.filter((key) => {
      const { scripts = {} } = JSON.parse(read(join(key, "package.json"))) as { scripts?: Record<string, string> };
      return ["preinstall", "install", "postinstall"].some((name) => name in scripts);
    });
    assert.deepEqual(scripts, []);
    assert.deepEqual(
      keys.filter((key) => existsSync(join(checkout, key, "binding.gyp"))),
      [],
      "nothing is compiled",
    );
  });

  it("are those that docs/dependencies.md lists, each with its licence and who needs it", () => {
    const direct = table("Direct").filter(([name = ""]) => !name.startsWith("@pulumi/"));
    const listed = [...direct, ...table("Brought along")];

    assert.deepEqual(
      listed.map(([name]) => `node_modules/${name ?? ""}`).sort(),
      shipped.files.filter((file) => file !== "__index.js"),
    );
    for (const [name = "", licence] of listed) {
      assert.equal(licence, licencesOf(entry(`node_modules/${name}`)).join(" or "), name);
    }
    for (const [name = "", , by = ""] of table("Brought along")) {
      const users = [...by.matchAll(/`([^`]+)`/g)].map(([, user = ""]) => user);
      assert.ok(users.length > 0, name);
      for (const user of users) {
        const { dependencies = {}, optionalDependencies = {} } = entry(`node_modules/${user}`);
        assert.ok(name in { ...dependencies, ...optionalDependencies }, `${user} does not need ${name}`);
      }
    }
  });

  it("are loaded by the function only where package.json asks for them", () => {
    const names = [...shipped.text.matchAll(/\b(?:require|import)\("([^"]+)"\)/g)]
      .map(([, module = ""]) => module)
      .filter((module) => !isBuiltin(module))
      .map((module) =>
        module
          .split("/")
          .slice(0, module.startsWith("@") ? 2 : 1)
          .join("/"),
      );

    assert.ok(names.length > 5);
    assert.deepEqual(
      [...new Set(names)].filter((name) => !(name in manifest.dependencies)),
      [],
    );
  });
});

describe("the packages of this project", () => {
  it("are asked for in one version each, not in a range", () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+(-beta\.\d+)?$/, name);
      assert.equal(locked[`node_modules/${name}`]?.version, version, name);
    }
  });

  it("are asked for by the examples in the same versions", () => {
    const examples = readdirSync(join(checkout, "examples"));
    assert.ok(examples.includes("consumer"));
    for (const example of examples) {
      const { dependencies } = JSON.parse(read(join("examples", example, "package.json"))) as Manifest;
      const own: Readonly<Record<string, string>> = { ...manifest.dependencies, ...manifest.devDependencies };
      for (const [name, version] of Object.entries(dependencies).filter(([, wish]) => !wish.startsWith("file:"))) {
        assert.equal(version, own[name], `${name} of ${example}`);
      }
    }
  });

  it("all have a hash in the lockfile, but for folders of this repository", () => {
    const loose = Object.entries(locked)
      .filter(([key]) => key !== "")
      .filter(
        ([, { integrity, resolved }]) =>
          !(integrity ?? "").startsWith("sha512-") && !/^file:stubs\//.test(resolved ?? ""),
      );

    assert.deepEqual(loose, []);
  });

  it("are explained: each direct dependency has its reason, licence and size in docs/dependencies.md", () => {
    const rows = table("Direct");

    assert.deepEqual(rows.map(([name]) => name).sort(), Object.keys(manifest.dependencies).sort());
    for (const [name = "", licence, size = "", why = ""] of rows) {
      assert.equal(licence, licencesOf(locked[`node_modules/${name}`] ?? { version: "" }).join(" or "), name);
      const kilobytes = kilobytesOf(join(checkout, "node_modules", name));
      assert.ok(
        Math.abs(Number(/\d+/.exec(size.replace(",", ""))?.[0]) / kilobytes - 1) < 0.1,
        `${name}: ${kilobytes}`,
      );
      assert.ok(why.length > 10, name);
    }
  });

  it("bring install scripts only where docs/dependencies.md says what becomes of them", () => {
    const withScript = Object.keys(locked).filter((key) => locked[key]?.hasInstallScript === true);

    assert.deepEqual(
      withScript.sort(),
      table("Install scripts")
        .map(([name]) => `node_modules/${name ?? ""}`)
        .sort(),
    );
  });
});

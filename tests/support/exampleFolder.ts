/** The examples as their users have them: a folder with packages of its own, of which homing is a link. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";

const checkout = dirname(dirname(__dirname));

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export interface ExampleFolder {
  readonly folder: string;
  readonly remove: () => void;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** Where the checkout has the package as seen from one of its folders. */
function installedAt(name: string, from: string): string | undefined {
  for (let at = from; at.startsWith(checkout); at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return folder;
  }
  return undefined;
}

/** The packages, below the checkout, that an installation of the example has: all that it depends on, and no other. */
function packagesOf(example: string): readonly string[] {
  const found = new Set<string>();
  const add = (names: readonly string[], from: string): void => {
    for (const name of names) {
      const folder = installedAt(name, from);
      // An optional one that is not for this machine, or homing itself.
      if (folder === undefined || found.has(folder)) continue;
      found.add(folder);
      const { dependencies, peerDependencies, peerDependenciesMeta } = manifestOf(folder);
      const peers = Object.keys(peerDependencies ?? {}).filter(
        (peer) => peerDependenciesMeta?.[peer]?.optional !== true,
      );
      add([...Object.keys(dependencies ?? {}), ...peers], folder);
    }
  };
  const { dependencies, devDependencies } = manifestOf(example);
  add(Object.keys({ ...dependencies, ...devDependencies }), checkout);
  const all = [...found].map((folder) => relative(checkout, folder));
  return all.filter((path) => !all.some((other) => path.startsWith(`${other}/`)));
}

/** Does what `npm install` does, with the checkout's packages in place of a registry's. */
function install(folder: string): void {
  // Another name of the same file costs nothing; another file system can't have it.
  const link = statSync(folder).dev === statSync(checkout).dev ? ["--link"] : [];
  execFileSync("cp", ["--archive", "--parents", ...link, ...packagesOf(folder), folder], { cwd: checkout });
  symlinkSync(checkout, join(folder, "node_modules", "homing"));
}

const removing = (folder: string) => (): void => {
  rmSync(folder, { recursive: true, force: true });
};

function copyTo(base: string, name: string): string {
  const folder = join(base, name);
  cpSync(join(checkout, "examples", name), folder, {
    recursive: true,
    // What somebody made in it: packages, their versions, stacks.
    filter: (path) => !/^(?:node_modules|package-lock\.json|Pulumi\..+\.yaml)$/.test(basename(path)),
  });
  return folder;
}

/** Copies an example out of the checkout, as its README says, and installs its packages. */
export function copiedExample(name: string): ExampleFolder {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "homing-example-")));
  const folder = copyTo(base, name);
  const manifest = join(folder, "package.json");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace("file:../..", `file:${relative(folder, checkout)}`));
  install(folder);
  return { folder, remove: removing(base) };
}

/** Installs an example's packages where it stands; those that somebody has installed there are left as they are. */
export function standingExample(name: string): ExampleFolder {
  const folder = join(checkout, "examples", name);
  const packages = join(folder, "node_modules");
  const installed = existsSync(packages);
  if (!installed) install(folder);
  return {
    folder,
    remove: () => {
      if (!installed) rmSync(packages, { recursive: true, force: true });
    },
  };
}

/** Copies an example to where it shares all packages with this process, so that it can be run in it. */
export function sharingExample(name: string): ExampleFolder {
  const local = join(checkout, ".local");
  mkdirSync(local, { recursive: true });
  const base = mkdtempSync(join(local, "example-"));
  const folder = copyTo(base, name);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(checkout, join(folder, "node_modules", "homing"));
  return { folder, remove: removing(base) };
}

/** The packages that a function of ours is packed with. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

import { asset } from "@pulumi/pulumi";

/** homing's own folder, also where it is a package of another program. */
const ownFolder = dirname(dirname(__dirname));

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Where Node finds the package from a folder; links are followed, since the engine packs none. */
function folderOf(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return realpathSync(folder);
    if (at === dirname(at)) return undefined;
  }
}

/**
 * The packages of an archive: homing's own dependencies and theirs, as they are installed for it.
 *
 * Pulumi would take those of the program that is being deployed. Where that one has homing as a part, it would pack what
 * the functions never load, homing's whole folder included, and miss what that program doesn't name.
 *
 * @param neverLoaded packages to leave out, with all that only they need
 * @param root the folder whose package.json is asked
 * @param program packages of the program that is being deployed, which the function loads as well, and its folder
 * @throws when a package is not installed, or in two versions that the archive can't tell apart
 */
export function functionPackages(
  neverLoaded: readonly string[],
  root: string = ownFolder,
  program: { readonly packages: readonly string[]; readonly folder: string } = { packages: [], folder: process.cwd() },
): Readonly<Record<string, asset.FileArchive>> {
  const packed = new Map<string, string>();
  const seen = new Set<string>();
  /** What lies in the folder of a package comes along with it. */
  const comesAlong = (found: string): boolean => [...packed.values()].some((folder) => found.startsWith(folder + sep));

  function addPackage(name: string, from: string): void {
    const found = folderOf(name, from);
    if (found === undefined) throw new Error(`A function needs the package ${name}, and ${from} has none: run npm ci`);
    if (seen.has(found)) return;
    seen.add(found);
    if (!comesAlong(found)) {
      const key = `node_modules/${name}`;
      const other = packed.get(key);
      if (other !== undefined) throw new Error(`A function needs two of the package ${name}: ${other} and ${found}`);
      packed.set(key, found);
    }
    addPackagesOf(found);
  }

  function addPackagesOf(folder: string): void {
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
    for (const name of Object.keys(dependencies)) {
      // Packages of the deployment: no function loads them.
      if (!name.startsWith("@pulumi/") && !neverLoaded.includes(name)) addPackage(name, folder);
    }
  }

  addPackagesOf(root);
  for (const name of program.packages) addPackage(name, program.folder);
  return Object.fromEntries(
    [...packed].map(([key, folder]) => [key, new asset.FileArchive(relative(process.cwd(), folder))]),
  );
}

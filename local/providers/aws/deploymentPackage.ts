import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { zipSync } from "fflate";
import type { Zippable } from "fflate";
import { isArchive, isAsset, isObject } from "../values";
import type { Values } from "../values";

/** The first day that a zip can hold. A local date, because a zip's time has no time zone. */
const timestamp = new Date(1980, 0, 1);

/** rw-r--r--, in the upper half as Unix attributes have it; `os` 3 is Unix. */
const fileAttributes = { os: 3, attrs: 0o100644 << 16, mtime: timestamp };

type Files = Map<string, Uint8Array>;

function addPath(files: Files, name: string, path: string): void {
  if (!statSync(path).isDirectory()) {
    files.set(name, readFileSync(path));
    return;
  }
  for (const member of readdirSync(path))
    addPath(files, name === "" ? member : `${name}/${member}`, join(path, member));
}

function addArchive(files: Files, prefix: string, archive: Values, root: string): void {
  if (typeof archive.path === "string") {
    const path = resolve(root, archive.path);
    if (!statSync(path).isDirectory())
      throw new Error(`an archive file as code is not supported here: ${archive.path}`);
    addPath(files, prefix, path);
    return;
  }
  if (!isObject(archive.assets)) throw new Error("code has to be an archive of assets or a folder");
  for (const [name, member] of Object.entries(archive.assets)) {
    const full = prefix === "" ? name : `${prefix}/${name}`;
    if (isArchive(member)) addArchive(files, full, member, root);
    else if (isAsset(member) && typeof member.text === "string") files.set(full, Buffer.from(member.text, "utf8"));
    else if (isAsset(member) && typeof member.path === "string") addPath(files, full, resolve(root, member.path));
    else throw new Error(`asset ${full} is neither a text nor a file`);
  }
}

/**
 * The zip of an archive as the engine sends it. The same contents always give the same bytes: names are sorted, times
 * and permissions are fixed.
 *
 * @param root the folder that relative paths start from: the program's working directory
 * @throws when an asset is of another kind, or its file is missing
 */
export function zipOf(archive: Values, root: string): Uint8Array {
  const files: Files = new Map();
  addArchive(files, "", archive, root);
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  const entries: Zippable = Object.fromEntries(sorted.map(([name, bytes]) => [name, [bytes, fileAttributes]]));
  // Stored: what it saves in transport on one machine costs more to pack and to unpack.
  return zipSync(entries, { level: 0 });
}

import { createHash } from "node:crypto";

/** Roles, functions and rules may have 64 characters; what is left is for the longest ending, `-labels`. */
const longestBase = 57;

/**
 * What all names of a mover in AWS start with, and the name of its function: `homing-<stack>-<region>`, shortened and told
 * apart by a hash where a stack's name is too long or has odd characters.
 */
export function baseName(stack: string, region: string): string {
  const wanted = `homing-${stack}-${region}`;
  const clean = wanted.replace(/[^A-Za-z0-9_-]/g, "-");
  if (clean === wanted && clean.length <= longestBase) return clean;
  const hash = createHash("sha256").update(wanted).digest("hex").slice(0, 8);
  return `${clean.slice(0, longestBase - hash.length - 1)}-${hash}`;
}

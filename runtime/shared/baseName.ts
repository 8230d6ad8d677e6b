import { createHash } from "node:crypto";

/** Roles, functions and rules may have 64 characters; what is left is for the longest ending, `-labels`. */
const longestBase = 57;
const ownName = "homing";

/** The program of a mover, and what that calls its `Homing`. */
export interface Owner {
  readonly project: string;
  readonly component: string;
}

/** homing deployed by itself. */
const itself: Owner = { project: ownName, component: ownName };

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/**
 * What all names of a mover in AWS start with, and the name of its function: `homing-<stack>-<region>`, shortened and told
 * apart by a hash where a stack's name is too long or has odd characters. As a part of another program it is
 * `homing-<project>-<component>-<stack>-<region>`, without a component of the name `homing` and always with a hash: the
 * parts could be cut elsewhere.
 */
export function baseName(stack: string, region: string, owner: Owner = itself): string {
  const { project, component } = owner;
  const isItself = project === ownName && component === ownName;
  const owners = isItself ? [] : [project, component].filter((part, at) => at === 0 || part !== ownName);
  const wanted = [ownName, ...owners, stack, region].join("-");
  const clean = wanted.replace(/[^A-Za-z0-9_-]/g, "-");
  if (isItself && clean === wanted && clean.length <= longestBase) return clean;
  const hash = hashOf(isItself ? wanted : JSON.stringify([project, component, stack, region]));
  return `${clean.slice(0, longestBase - hash.length - 1)}-${hash}`;
}

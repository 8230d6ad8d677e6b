import { createHash } from "node:crypto";

/** Roles, functions and rules may have 64 characters; what is left is for the longest ending, `-labels`. */
const longestName = 64;
const longestBase = longestName - "-labels".length;
/** What of project and component stands in a name at least, so that a person knows whose it is. */
const shortestOwner = 8;
const ownName = "homing";

/** The program of a mover, and what that calls its `Homing`. */
export interface Owner {
  readonly project: string;
  readonly component: string;
}

/** homing deployed by itself. */
const itself: Owner = { project: ownName, component: ownName };

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);
const clean = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, "-");

/**
 * What all names of a mover in AWS start with, and the name of its function: `homing-<stack>-<region>`, with a hash where
 * the stack's name has characters that AWS doesn't take. As a part of another program it is
 * `homing-<project>-<component>-<stack>-<region>-<hash>`, without a component of the name `homing`: project and component
 * are shortened to what the others leave, and the hash tells apart what is cut in different places.
 *
 * @returns the fault instead where the stack's name leaves no room: stack and region are never shortened
 */
export function baseNameOf(
  stack: string,
  region: string,
  owner: Owner = itself,
): { readonly name: string } | { readonly fault: string } {
  const { project, component } = owner;
  const isItself = project === ownName && component === ownName;
  const owners = isItself ? [] : [project, component].filter((part, at) => at === 0 || part !== ownName);
  const [start, end] = [[ownName, ...owners].map(clean).join("-"), clean(`${stack}-${region}`)];
  const wanted = [ownName, ...owners, stack, region].join("-");
  const hash = isItself
    ? clean(stack) === stack
      ? ""
      : `-${hashOf(wanted)}`
    : `-${hashOf(JSON.stringify([project, component, stack, region]))}`;

  const room = longestBase - `-${end}${hash}`.length;
  const least = Math.min(start.length, ownName.length + (isItself ? 0 : 1 + shortestOwner));
  if (room >= least) return { name: `${start.slice(0, room)}-${end}${hash}` };
  const most = stack.length - (least - room);
  return {
    fault:
      `stack: the name ${stack} has ${stack.length.toString()} characters; of the ${longestName.toString()} that a name ` +
      `in AWS may have, ${most.toString()} are left for it in ${region}: give the stack a shorter one`,
  };
}

/**
 * {@link baseNameOf}, where a name is needed.
 *
 * @throws the fault
 */
export function baseName(stack: string, region: string, owner?: Owner): string {
  const made = baseNameOf(stack, region, owner);
  if ("fault" in made) throw new Error(made.fault);
  return made.name;
}

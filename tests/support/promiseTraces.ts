import { sep } from "node:path";

const ownFile = `${sep}debuggable.js`;
/** Node has no function for stack traces of its own; ts-node sets one. */
const errors: { prepareStackTrace?: (error: Error, frames: NodeJS.CallSite[]) => unknown } = Error;
let isDone = false;

/**
 * Leaves out the stack trace that Pulumi takes of every promise, to show it should the promise never end: looking up
 * the TypeScript lines in them is a fifth to a third of a program's own time. The traces of all other errors stay as
 * they are.
 */
export function leaveOutPromiseTraces(): void {
  const prepare = errors.prepareStackTrace;
  if (isDone || prepare === undefined) return;
  isDone = true;
  errors.prepareStackTrace = (error, frames) =>
    frames[0]?.getFileName()?.endsWith(ownFile) === true ? error.message : prepare(error, frames);
}

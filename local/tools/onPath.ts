import { execFile } from "node:child_process";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

const ANSWER_WITHIN_MS = 20_000;

/** Absolute paths of all executables named `name` in the folders of `path`, in their order. */
export function executablesNamed(name: string, path: string = process.env["PATH"] ?? ""): string[] {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

/** Whether `file` is a regular file that this user may execute. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Missing, a dangling link or not permitted: none of them can be run.
    return false;
  }
}

/**
 * What a tool prints when it is asked for its version, trimmed; undefined when it cannot be run or fails.
 * @param env added to this process's environment
 */
export function answerOf(
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: ANSWER_WITHIN_MS };
    execFile(file, args, options, (error, stdout) => {
      resolve(error === null ? stdout.trim() : undefined);
    });
  });
}

/** Whether the bytes of a file hold an ASCII text. Go programs carry the names and versions of what they are made of. */
export function fileHolds(file: string, text: string): boolean {
  return readFileSync(file).includes(text, 0, "latin1");
}

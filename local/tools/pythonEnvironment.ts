/** Python packages that tests or measurements alone need, in environments of their own beside the local cloud's tools. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { withLock } from "../lock";
import { findInEnvironment, installEnvironment, pythonObstacle } from "./pythonTools";
import type { PythonTool } from "./pythonTools";
import { ToolError } from "./step";

const root = join(__dirname, "..", "..", ".tools");

/**
 * Finds a package's executable, or installs it.
 *
 * @param name of its folder beside the tools
 * @throws ToolError when no suitable Python is on this machine
 */
export async function pythonEnvironment(
  name: string,
  tool: PythonTool,
  progress: (line: string) => void,
): Promise<string> {
  const present = findInEnvironment(root, name, tool);
  if (present !== undefined) return present;
  const obstacle = await pythonObstacle();
  if (obstacle !== undefined) throw new ToolError(`${name}: ${obstacle}`);
  mkdirSync(root, { recursive: true });
  const context = { root, progress, signal: new AbortController().signal };
  const install = (): Promise<void> => installEnvironment(context, name, tool);
  await withLock(join(root, "install.lock"), install, (pid) => {
    progress(`waiting for process ${pid}, which is installing tools`);
  });
  const installed = findInEnvironment(root, name, tool);
  if (installed === undefined) throw new ToolError(`${name} is not there although it was installed`);
  return installed;
}

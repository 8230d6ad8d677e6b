/** The Python of the script that the mover is compared with, in the checkout's folder of tools. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { withLock } from "../../local/lock";
import { findInEnvironment, installEnvironment, pythonObstacle } from "../../local/tools/pythonTools";
import type { PythonTool } from "../../local/tools/pythonTools";
import { ToolError } from "../../local/tools/step";

const root = join(__dirname, "..", "..", ".tools");
const name = "script";
const libraries: PythonTool = {
  package: "boto3",
  version: "1.44.8",
  with: ["hvac==2.4.0"],
  executable: "python",
  note: "about ten seconds",
  constraints: join(__dirname, "python-constraints.txt"),
};

/**
 * Finds the Python that has boto3 and hvac, or installs it.
 *
 * @throws ToolError when no suitable Python is on this machine
 */
export async function scriptPython(progress: (line: string) => void): Promise<string> {
  const present = findInEnvironment(root, name, libraries);
  if (present !== undefined) return present;
  const obstacle = await pythonObstacle();
  if (obstacle !== undefined) throw new ToolError(`boto3 and hvac: ${obstacle}`);
  mkdirSync(root, { recursive: true });
  const context = { root, progress, signal: new AbortController().signal };
  const install = (): Promise<void> => installEnvironment(context, name, libraries);
  await withLock(join(root, "install.lock"), install, (pid) => {
    progress(`waiting for process ${pid}, which is installing tools`);
  });
  const installed = findInEnvironment(root, name, libraries);
  if (installed === undefined) throw new ToolError("boto3 and hvac are not there although they were installed");
  return installed;
}

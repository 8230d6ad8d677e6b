/** The `aws` command that the pages use: version 1, since version 2 is in no package registry. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { withLock } from "../../../local/lock";
import { findInEnvironment, installEnvironment, pythonObstacle } from "../../../local/tools/pythonTools";
import type { PythonTool } from "../../../local/tools/pythonTools";
import { ToolError } from "../../../local/tools/step";
import { checkout } from "./checkoutCopy";

const root = join(checkout, ".tools");
const name = "awscli";
const tool: PythonTool = {
  package: "awscli",
  version: "1.45.11",
  executable: "aws",
  note: "about ten seconds",
  constraints: join(__dirname, "python-constraints.txt"),
};

/**
 * Finds the command, or installs it.
 *
 * @throws ToolError when no suitable Python is on this machine
 */
export async function awsCommand(progress: (line: string) => void): Promise<string> {
  const present = findInEnvironment(root, name, tool);
  if (present !== undefined) return present;
  const obstacle = await pythonObstacle();
  if (obstacle !== undefined) throw new ToolError(`awscli: ${obstacle}`);
  mkdirSync(root, { recursive: true });
  const context = { root, progress, signal: new AbortController().signal };
  const install = (): Promise<void> => installEnvironment(context, name, tool);
  await withLock(join(root, "install.lock"), install, (pid) => {
    progress(`waiting for process ${pid}, which is installing tools`);
  });
  const installed = findInEnvironment(root, name, tool);
  if (installed === undefined) throw new ToolError("awscli is not there although it was installed");
  return installed;
}

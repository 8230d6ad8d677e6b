/** The Python of the script that the mover is compared with, in the checkout's folder of tools. */
import { join } from "node:path";

import { pythonEnvironment } from "../../local/tools/pythonEnvironment";

/**
 * Finds the Python that has boto3 and hvac, or installs it.
 *
 * @throws ToolError when no suitable Python is on this machine
 */
export const scriptPython = (progress: (line: string) => void): Promise<string> =>
  pythonEnvironment(
    "script",
    {
      package: "boto3",
      version: "1.44.8",
      with: ["hvac==2.4.0"],
      executable: "python",
      note: "about ten seconds",
      constraints: join(__dirname, "python-constraints.txt"),
    },
    progress,
  );

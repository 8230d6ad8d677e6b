/** The `aws` command that the pages use: version 1, since version 2 is in no package registry. */
import { join } from "node:path";

import { pythonEnvironment } from "../../../local/tools/pythonEnvironment";

/**
 * Finds the command, or installs it.
 *
 * @throws ToolError when no suitable Python is on this machine
 */
export const awsCommand = (progress: (line: string) => void): Promise<string> =>
  pythonEnvironment(
    "awscli",
    {
      package: "awscli",
      version: "1.45.11",
      executable: "aws",
      note: "about ten seconds",
      constraints: join(__dirname, "python-constraints.txt"),
    },
    progress,
  );

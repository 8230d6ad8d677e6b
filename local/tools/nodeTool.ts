import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { answerOf, isExecutable } from "./onPath";
import { runStep, temporaryFolder } from "./step";
import type { InstallContext } from "./step";
import { nodePackageFor, versionIn } from "./versions";

const MAJOR = 24;

/** The folder of the Node 24 that functions run on: this very Node when it is one, else the one in `root`. */
export async function findNode(root: string): Promise<string | undefined> {
  if (versionIn(process.versions.node)?.[0] === MAJOR) return dirname(process.execPath);
  const wanted = nodePackageFor(process.platform, process.arch);
  const file = ownNode(root);
  if (wanted === undefined || !isExecutable(file)) return undefined;
  return (await answerOf(file, ["--version"])) === `v${wanted.version}` ? dirname(file) : undefined;
}

/** Why Node 24 cannot be installed here, in one line; undefined when it can. */
export function nodeObstacle(
  platform: string = process.platform,
  architecture: string = process.arch,
): string | undefined {
  if (nodePackageFor(platform, architecture) !== undefined) return undefined;
  return `no package of Node ${MAJOR} is known for ${platform}-${architecture}: run this with Node ${MAJOR}, or on Linux or macOS with x64 or arm64`;
}

/** Installs the Node 24 of this machine's kind from npm. */
export async function installNode(context: InstallContext): Promise<void> {
  const wanted = nodePackageFor(process.platform, process.arch);
  if (wanted === undefined) throw new Error(nodeObstacle());
  const unpacked = mkdtempSync(join(temporaryFolder(context.root), "node-"));
  try {
    await runStep(
      {
        tool: "node",
        doing: `installing Node ${wanted.version}`,
        note: "about ten seconds",
        command: "npm",
        args: [
          ...["install", "--prefix", unpacked, "--no-save", "--no-package-lock", "--ignore-scripts"],
          ...["--no-audit", "--no-fund", `${wanted.name}@${wanted.version}`],
        ],
        cwd: unpacked,
      },
      context,
    );
    mkdirSync(dirname(ownNode(context.root)), { recursive: true });
    renameSync(join(unpacked, "node_modules", wanted.name, "bin", "node"), ownNode(context.root));
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

function ownNode(root: string): string {
  return join(root, "node24", "bin", "node");
}

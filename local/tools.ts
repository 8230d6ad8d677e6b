import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { withLock } from "./lock";
import {
  findActionlint,
  findPulumi,
  findVault,
  goObstacle,
  installActionlint,
  installPulumi,
  installVault,
} from "./tools/goTools";
import type { VaultTool } from "./tools/goTools";
import { findNode, installNode, nodeObstacle } from "./tools/nodeTool";
import { findPythonTool, installPythonTool, pythonObstacle } from "./tools/pythonTools";
import type { PythonToolName } from "./tools/pythonTools";
import { ToolError, temporaryFolder } from "./tools/step";
import type { InstallContext } from "./tools/step";

export { ToolError } from "./tools/step";

/** An OpenBao server program. */
export interface OpenBaoTool {
  readonly kind: "openbao";
  readonly binary: string;
}

/** The program that plays Vault. */
export type ServerTool = VaultTool | OpenBaoTool;

/** Absolute paths of what runs a Pulumi program. */
export interface EngineTools {
  readonly pulumi: string;
  /** Holds the `node` that programs, their plugins and Lambda functions run on. */
  readonly nodeDirectory: string;
}

/** Absolute paths of the programs that the local cloud runs. */
export interface Tools extends EngineTools {
  readonly server: ServerTool;
  readonly ministack: string;
}

/** Which programs are wanted. */
export interface ToolsRequest {
  readonly server: ServerTool["kind"];
  /** Whether Vault has to have the AWS login; without meaning for OpenBao, which has none. */
  readonly vaultAwsPlugin: boolean;
  /** Gets a line when a long step begins, every 15 seconds and when it is done. */
  readonly progress: (line: string) => void;
  /** Where to install; default the folder `.tools` of this checkout. */
  readonly root?: string;
}

type EngineRequest = Pick<ToolsRequest, "progress" | "root">;

const checkoutTools = join(dirname(__dirname), ".tools");

/**
 * Finds the tools, or installs what is missing of them: once, in one process at a time, and so that an interrupted
 * installation never looks finished. A suitable `pulumi` or `vault` on PATH is preferred.
 * @throws ToolError with one line for each thing that cannot be installed, or with the step that failed
 */
export async function installTools(request: ToolsRequest): Promise<Tools> {
  const root = request.root ?? checkoutTools;
  await ensure(partsOf(request, root), root, request.progress);
  const [engine, server, ministack] = await Promise.all([
    foundEngine(root),
    found(request.server, findServer(request, root)),
    found("ministack", findPythonTool(root, "ministack")),
  ]);
  return { ...engine, server, ministack };
}

/**
 * Finds or installs what a preview needs, without any server.
 * @throws as {@link installTools}
 */
export async function installEngine({ progress, root = checkoutTools }: EngineRequest): Promise<EngineTools> {
  await ensure([nodePart(root), pulumiPart(root)], root, progress);
  return foundEngine(root);
}

/**
 * Finds the Node 24 that everything runs on, or installs it.
 * @throws as {@link installTools}
 */
export async function installNode24({ progress, root = checkoutTools }: EngineRequest): Promise<void> {
  await ensure([nodePart(root)], root, progress);
}

/**
 * Finds the linter of workflows, or installs it. Only the tests of the workflows need it.
 * @throws as {@link installTools}
 */
export async function workflowLinter({ progress, root = checkoutTools }: EngineRequest): Promise<string> {
  const part: Part = {
    name: "actionlint",
    lane: "compile",
    find: () => findActionlint(root),
    obstacle: goObstacle,
    install: installActionlint,
  };
  await ensure([part], root, progress);
  return found("actionlint", findActionlint(root));
}

/**
 * Finds the Python interpreter that has what draws the demo's picture, or installs it. Only `npm run picture` and its
 * test need it.
 * @throws as {@link installTools}
 */
export async function pictureTool({ progress, root = checkoutTools }: EngineRequest): Promise<string> {
  await ensure([pythonPart(root, "rich")], root, progress);
  return found("rich", findPythonTool(root, "rich"));
}

/** Installs what is missing of the parts, in one process at a time. */
async function ensure(parts: readonly Part[], root: string, progress: (line: string) => void): Promise<void> {
  const missing = await missingOf(parts);
  if (missing.length === 0) return;
  await refuseImpossible(missing);
  mkdirSync(root, { recursive: true });
  await withLock(
    join(root, "install.lock"),
    // Another process may have installed them while this one waited.
    async () => installAll(await missingOf(parts), root, progress),
    (pid) => {
      progress(`waiting for process ${pid}, which is installing tools`);
    },
  );
}

/** Whether Vault, with the AWS login, can be used without compiling it first: it is on PATH or was built before. */
export async function isVaultAtHand(root: string = checkoutTools): Promise<boolean> {
  return (await findVault(root, true)) !== undefined;
}

interface Part {
  readonly name: string;
  /** Parts of one lane are installed one after the other: two compilations at once would take longer, not shorter. */
  readonly lane: "compile" | "download";
  readonly find: () => unknown;
  readonly obstacle: () => string | undefined | Promise<string | undefined>;
  /** What to do instead of removing the obstacle. */
  readonly otherwise?: string;
  readonly install: (context: InstallContext) => Promise<void>;
}

const pulumiPart = (root: string): Part => ({
  name: "pulumi",
  lane: "compile",
  find: () => findPulumi(root),
  obstacle: goObstacle,
  otherwise: "put pulumi 3.200 or newer on PATH",
  install: installPulumi,
});

const nodePart = (root: string): Part => ({
  name: "Node 24",
  lane: "download",
  find: () => findNode(root),
  obstacle: nodeObstacle,
  install: installNode,
});

const pythonPart = (root: string, name: PythonToolName): Part => ({
  name,
  lane: "download",
  find: () => findPythonTool(root, name),
  obstacle: pythonObstacle,
  install: (context) => installPythonTool(context, name),
});

function partsOf(request: ToolsRequest, root: string): Part[] {
  const vault: Part = {
    name: "vault",
    lane: "compile",
    find: () => findVault(root, request.vaultAwsPlugin),
    obstacle: goObstacle,
    otherwise: "put HashiCorp's vault 1.21 or newer on PATH",
    install: (context) => installVault(context, request.vaultAwsPlugin),
  };
  return [
    nodePart(root),
    pythonPart(root, "ministack"),
    request.server === "vault" ? vault : pythonPart(root, "openbao"),
    pulumiPart(root),
  ];
}

async function missingOf(parts: readonly Part[]): Promise<Part[]> {
  const presence = await Promise.all(parts.map(async (part) => (await part.find()) !== undefined));
  return parts.filter((_, index) => presence[index] === false);
}

/** Refuses with everything that prevents the installation, before minutes are spent on a part of it. */
async function refuseImpossible(missing: readonly Part[]): Promise<void> {
  const lines: string[] = [];
  for (const part of missing) {
    const obstacle = await part.obstacle();
    if (obstacle === undefined) continue;
    lines.push(`${part.name}: ${obstacle}${part.otherwise === undefined ? "" : `, or ${part.otherwise}`}`);
  }
  if (lines.length > 0) throw new ToolError(lines.join("\n"));
}

async function installAll(missing: readonly Part[], root: string, progress: (line: string) => void): Promise<void> {
  // Left there by installations that were killed; under the lock nobody else uses it.
  rmSync(temporaryFolder(root), { recursive: true });
  const stop = new AbortController();
  const context = { root, progress, signal: stop.signal };
  const lanes = (["compile", "download"] as const).map(async (lane) => {
    for (const part of missing) {
      if (part.lane === lane && !stop.signal.aborted) await part.install(context);
    }
  });
  // The first failure is the one to report; the other lane is ended and waited for, so that it leaves nothing behind.
  let first: { readonly error: unknown } | undefined;
  await Promise.all(
    lanes.map((lane) =>
      lane.catch((error: unknown) => {
        first ??= { error };
        stop.abort();
      }),
    ),
  );
  if (first !== undefined) throw first.error;
}

async function foundEngine(root: string): Promise<EngineTools> {
  const [pulumi, nodeDirectory] = await Promise.all([
    found("pulumi", findPulumi(root)),
    found("Node 24", findNode(root)),
  ]);
  return { pulumi, nodeDirectory };
}

function findServer(request: ToolsRequest, root: string): ServerTool | undefined | Promise<ServerTool | undefined> {
  if (request.server === "vault") return findVault(root, request.vaultAwsPlugin);
  const binary = findPythonTool(root, "openbao");
  return binary === undefined ? undefined : { kind: "openbao", binary };
}

async function found<T>(name: string, tool: T | undefined | Promise<T | undefined>): Promise<T> {
  const value = await tool;
  if (value === undefined) throw new ToolError(`${name}: was installed but does not report the expected version`);
  return value;
}

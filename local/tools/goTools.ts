import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { answerOf, executablesNamed, fileHolds, isExecutable } from "./onPath";
import { runStep, temporaryFolder } from "./step";
import type { InstallContext } from "./step";
import { isAtLeast, isExactly, isSuitablePulumi, isSuitableVault, versionIn, versions } from "./versions";

/** A Vault server program. */
export interface VaultTool {
  readonly kind: "vault";
  readonly binary: string;
  /** Holds the AWS login as a plugin named `aws`; undefined when the login is built in or not wanted. */
  readonly pluginDirectory: string | undefined;
}

const vaultModule = "github.com/hashicorp/vault";
const awsLogin = `${vaultModule}/builtin/credential/aws`;
const pulumiModule = "github.com/pulumi/pulumi";
const actionlintModule = "github.com/rhysd/actionlint";

/** The Pulumi engine: of PATH when it is 3.200 or a newer 3.x, else the one in `root`; undefined when there is none. */
export async function findPulumi(root: string): Promise<string | undefined> {
  // Asked for its version only, it would still look for updates and write to the person's home.
  const quiet = { PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: join(root, "pulumi-home") };
  for (const file of executablesNamed("pulumi")) {
    if (isSuitablePulumi((await answerOf(file, ["version"], quiet)) ?? "")) return file;
  }
  const own = join(root, "bin", "pulumi");
  const answer = isExecutable(own) ? await answerOf(own, ["version"], quiet) : undefined;
  return answer !== undefined && isExactly(answer, versions.pulumi) ? own : undefined;
}

/**
 * Vault: of PATH when it is 1.21 or newer and has the AWS login if that is wanted, else the one in `root`; undefined
 * when something of it is missing.
 */
export async function findVault(root: string, awsPlugin: boolean): Promise<VaultTool | undefined> {
  for (const file of executablesNamed("vault")) {
    const suitable = isSuitableVault((await answerOf(file, ["version"])) ?? "");
    if (suitable && (!awsPlugin || hasAwsLogin(file)))
      return { kind: "vault", binary: file, pluginDirectory: undefined };
  }
  if (!(await ownVaultIsThere(root))) return undefined;
  if (!awsPlugin) return { kind: "vault", binary: ownVault(root), pluginDirectory: undefined };
  if (!ownPluginIsThere(root)) return undefined;
  return { kind: "vault", binary: ownVault(root), pluginDirectory: dirname(ownPlugin(root)) };
}

/** Why Go programs cannot be built here, in one line; undefined when they can. */
export async function goObstacle(): Promise<string | undefined> {
  const answer = await answerOf("go", ["version"]);
  const version = answer === undefined ? undefined : versionIn(answer);
  if (version === undefined) return "Go is not on PATH: install Go 1.25 or newer";
  // From 1.21 on, go fetches the toolchain that a module asks for by itself.
  if (!isAtLeast(version, [1, 21, 0])) return `Go ${version.join(".")} is too old: install Go 1.25 or newer`;
  return undefined;
}

/** Builds what is missing of Vault in `root`. */
export async function installVault(context: InstallContext, awsPlugin: boolean): Promise<void> {
  const module = join(__dirname, "vault");
  if (!(await ownVaultIsThere(context.root))) {
    const target = { tool: "vault", module, package: vaultModule, output: ownVault(context.root) };
    // The full build does not compile as a dependency; this one has every engine and login but the cloud vendors'.
    await build({ ...target, note: "about six minutes on two cores", flags: ["-tags", "minimal"] }, context);
  }
  if (awsPlugin && !ownPluginIsThere(context.root)) {
    const target = { tool: "vault-aws-login", module, package: `${awsLogin}/cmd/aws`, output: ownPlugin(context.root) };
    await build({ ...target, note: "about half a minute", flags: [] }, context);
  }
}

/** Builds the Pulumi engine in `root`. */
export async function installPulumi(context: InstallContext): Promise<void> {
  await build(
    {
      tool: "pulumi",
      module: join(__dirname, "pulumi"),
      package: `${pulumiModule}/pkg/v3/cmd/pulumi`,
      output: join(context.root, "bin", "pulumi"),
      note: "about two minutes on two cores",
      // Without it the engine reports no version, and the Automation API refuses it.
      flags: ["-ldflags", `-X ${pulumiModule}/sdk/v3/go/common/version.Version=v${versions.pulumi}`],
    },
    context,
  );
}

/** The linter of workflows in `root`; undefined when it is missing, or another version. */
export function findActionlint(root: string): string | undefined {
  const own = ownActionlint(root);
  // Its version command says nothing of a build like ours; Go's own list of modules does.
  return isExecutable(own) && fileHolds(own, `${actionlintModule}\tv${versions.actionlint}\t`) ? own : undefined;
}

/** Builds the linter of workflows in `root`. */
export async function installActionlint(context: InstallContext): Promise<void> {
  await build(
    {
      tool: "actionlint",
      module: join(__dirname, "actionlint"),
      package: `${actionlintModule}/cmd/actionlint`,
      output: ownActionlint(context.root),
      note: "a few seconds",
      flags: [],
    },
    context,
  );
}

interface Build {
  readonly tool: string;
  readonly module: string;
  readonly package: string;
  readonly output: string;
  readonly note: string;
  readonly flags: readonly string[];
}

async function build(target: Build, context: InstallContext): Promise<void> {
  const unfinished = join(temporaryFolder(context.root), `${target.tool}-${process.pid}`);
  try {
    await runStep(
      {
        tool: target.tool,
        doing: "compiling",
        note: target.note,
        command: "go",
        args: ["build", "-buildvcs=false", ...target.flags, "-o", unfinished, target.package],
        cwd: target.module,
      },
      context,
    );
    mkdirSync(dirname(target.output), { recursive: true });
    renameSync(unfinished, target.output);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function ownActionlint(root: string): string {
  return join(root, "bin", "actionlint");
}

function ownVault(root: string): string {
  return join(root, "bin", "vault");
}

function ownPlugin(root: string): string {
  return join(root, "vault-plugins", "aws");
}

async function ownVaultIsThere(root: string): Promise<boolean> {
  if (!isExecutable(ownVault(root))) return false;
  return isExactly((await answerOf(ownVault(root), ["version"])) ?? "", versions.vault);
}

/** The plugin has no version command; the list of modules that Go puts into every program says it. */
function ownPluginIsThere(root: string): boolean {
  return isExecutable(ownPlugin(root)) && fileHolds(ownPlugin(root), `${vaultModule}\tv${versions.vault}\t`);
}

/** A build with the tag `minimal` lacks the AWS login; HashiCorp's releases have it. A wrapper script is taken for one. */
function hasAwsLogin(vault: string): boolean {
  const isGoProgram = fileHolds(vault, "Go buildinf:");
  return !isGoProgram || fileHolds(vault, `${awsLogin}.`);
}

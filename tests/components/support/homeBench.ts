/** Stacks of one `VaultAccess` each in the real engine, on one real Vault. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";
import type { VaultAccessArgs } from "../../../components/vault/vaultAccess";
import { vaultClient } from "../../../local/providers/vault/client";
import type { VaultClient } from "../../../local/providers/vault/client";
import { askNothingAfterwards, changesOf, commandEnvironment } from "../../../local/stack";
import type { Changes } from "../../../local/stack";
import { installTools } from "../../../local/tools";
import { startVault } from "../../../local/vaultServer";

const checkout = dirname(dirname(dirname(__dirname)));

/** A program of one home. JavaScript that loads TypeScript without checking it, or each operation would take seconds longer. */
const program = `require(${JSON.stringify(join(checkout, "local", "providers", "typescript.js"))});
const { readFileSync } = require("node:fs");
const { VaultAccess } = require(${JSON.stringify(join(checkout, "components", "vault", "vaultAccess"))});
new VaultAccess("home", JSON.parse(readFileSync("args.json", "utf8")));
`;

export interface HomeStack {
  /** As with `pulumi up --skip-preview`: what the preview refuses comes to the update. */
  readonly up: (args: VaultAccessArgs, options?: { readonly refresh?: boolean }) => Promise<Changes | undefined>;
  readonly preview: (args: VaultAccessArgs) => Promise<Changes | undefined>;
  readonly refresh: () => Promise<Changes | undefined>;
  readonly destroy: () => Promise<Changes | undefined>;
  /** Runs a line of a page, in the shell, on this stack. */
  readonly shell: (line: string) => Promise<void>;
  /** Whether the resource of that name is protected. */
  readonly isProtected: (name: string) => Promise<boolean>;
}

export interface HomeBench {
  /** With the root token. */
  readonly root: VaultClient;
  readonly rootToken: string;
  readonly address: string;
  readonly auditLog: string;
  /** A token issuer whose discovery document Vault can read: Vault's own. */
  readonly issuer: string;
  /** @param token with which the provider works; default the root token */
  readonly stackOf: (name: string, token?: string) => Promise<HomeStack>;
  readonly stop: () => Promise<void>;
}

interface StoredResource {
  readonly urn: string;
  readonly protect?: boolean;
}

export async function startHomeBench(): Promise<HomeBench> {
  const tools = await installTools({
    server: "vault",
    vaultAwsPlugin: true,
    progress: (line) => {
      console.error(line);
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "homing-"));
  const folderOf = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  symlinkSync(tools.pulumi, join(folderOf("engine/bin"), "pulumi"));
  folderOf("state");
  const vault = await startVault({ tools, directory: folderOf("vault") });
  const root = vaultClient({ VAULT_ADDR: vault.address, VAULT_TOKEN: vault.token });
  await root.write("identity/oidc/config", { issuer: vault.address });

  async function stackOf(stackName: string, token = vault.token): Promise<HomeStack> {
    const workDir = folderOf(`work/${stackName}`);
    const { PULUMI_HOME: pulumiHome, ...envVars } = commandEnvironment({
      tools,
      directory: folder,
      environment: { VAULT_ADDR: vault.address, VAULT_TOKEN: token },
    });
    writeFileSync(join(workDir, "index.js"), program);
    symlinkSync(join(checkout, "node_modules"), join(workDir, "node_modules"));
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, workDir },
      {
        pulumiHome,
        pulumiCommand: await PulumiCommand.get({ root: join(folder, "engine") }),
        projectSettings: {
          name: "homes",
          runtime: { name: "nodejs", options: { typescript: false } },
          main: "index.js",
        },
        envVars,
      },
    );
    askNothingAfterwards(stack);
    const give = (args: VaultAccessArgs): void => {
      writeFileSync(join(workDir, "args.json"), JSON.stringify(args));
    };
    async function find(name: string): Promise<StoredResource> {
      const { resources } = (await stack.exportStack()).deployment as { readonly resources: readonly StoredResource[] };
      const found = resources.find(({ urn }) => urn.endsWith(`::${name}`));
      if (!found) throw new Error(`no resource ${name} in ${stackName}`);
      return found;
    }
    return {
      async up(args, options = {}) {
        give(args);
        return changesOf((onEvent) => stack.up({ ...options, onEvent }));
      },
      async preview(args) {
        give(args);
        return (await stack.preview()).changeSummary;
      },
      refresh: () => changesOf((onEvent) => stack.refresh({ onEvent })),
      destroy: () => changesOf((onEvent) => stack.destroy({ onEvent })),
      async shell(line) {
        const env = { ...envVars, PULUMI_HOME: pulumiHome, PATH: `${dirname(tools.pulumi)}:${envVars["PATH"]}` };
        await promisify(execFile)("sh", ["-euc", `pulumi stack select ${stackName}\n${line}`], { cwd: workDir, env });
      },
      isProtected: async (name) => (await find(name)).protect === true,
    };
  }

  return {
    root,
    rootToken: vault.token,
    address: vault.address,
    auditLog: vault.auditLog,
    issuer: `${vault.address}/v1/identity/oidc`,
    stackOf,
    async stop() {
      await vault.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A person who walks through the pages, with the servers that they meet. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { checkout, copyCheckout } from "./checkoutCopy";
import { startGitHubJob } from "./githubJob";
import type { GitHubJob } from "./githubJob";
import { account, startServers } from "./servers";
import type { PageServers, VaultName } from "./servers";
import { sidesOf } from "./sides";
import type { Sides } from "./sides";
import { substitutionsFor } from "./substitutions";
import { openTerminal } from "./terminal";
import type { Terminal } from "./terminal";
import { openWalk } from "./walk";
import type { NotRun, Walk } from "./walk";

export const readme = "README.md";
export const rollOut = "docs/roll-out.md";
export const ci = "docs/ci.md";
export const places = "docs/environments.md";
export const leaving = "docs/leaving.md";
const pages = [readme, rollOut, ci, places, leaving];

const notRun: readonly NotRun[] = [
  {
    page: readme,
    begins: "npm run demo",
    why: "npm test is what this is a part of; tests/system deploys the demo's cloud, and .ci/run starts from a fresh clone",
  },
  {
    page: rollOut,
    begins: "pulumi config set --path 'homing:exemptNames[0]'",
    why: "nothing there is Vault's own; tests/runtime/mover/vaultOwn.test.ts shows what the two settings do",
  },
  { page: rollOut, begins: "npm run policy", why: "tests/policy runs every pair of the table" },
];

/** Variables of a terminal. */
export type Variables = Readonly<Record<string, string>>;

export interface Walker {
  readonly servers: PageServers;
  readonly sides: Sides;
  readonly walk: Walk;
  readonly job: GitHubJob;
  /** The copy of the checkout. */
  readonly copy: string;
  /** The terminal in which the stack prod is deployed and left. */
  readonly terminal: Terminal;
  /** Another terminal. */
  readonly open: (name: string, variables: Variables, folder?: string) => Terminal;
  /** Another copy of the checkout, with its packages. */
  readonly copyBeside: (name: string) => string;
  /** Who may do everything in a Vault. */
  readonly administrator: (of: VaultName) => Variables;
  readonly git: (...args: string[]) => string;
}

/** The first block of a language below a heading of a page. */
export function blockOf(page: string, heading: string, language: string): string {
  const section = readFileSync(join(checkout, page), "utf8").split(`\n## ${heading}\n`)[1] ?? "";
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section)?.[1];
  if (block === undefined) throw new Error(`${page}, ${heading}, has no block of ${language}`);
  return block;
}

const directory = join(checkout, ".local", "pages");
const copy = join(directory, "homing");
/** Another team's program. */
export const team = join(directory, "team");
const packages = join(checkout, "node_modules");

const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=A person", "-c", "user.email=person@example.com", ...args], {
    cwd: copy,
    encoding: "utf8",
  });

function makeClone(): void {
  copyCheckout(copy);
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "a clone");
}

/** A token with the policy that the page tells, and nothing else. */
async function deployToken({ vault }: Sides): Promise<string> {
  const policy = blockOf("docs/permissions.md", "What `pulumi up` needs in Vault", "hcl");
  await vault.write("sys/policies/acl/walk", { policy });
  const { text } = await vault.request("POST", "auth/token/create", { policies: ["walk"], ttl: "2h" });
  return (JSON.parse(text) as { auth: { client_token: string } }).auth.client_token;
}

async function start(): Promise<Walker & { readonly stop: () => Promise<void> }> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  makeClone();
  const servers = await startServers(directory);
  const job = await startGitHubJob("repo:acme/homing:environment:prod");
  const sides = sidesOf(servers);
  const { main } = servers.vaults;
  const open: Walker["open"] = (name, variables, folder = copy) => {
    const scratch = join(directory, `terminal-${name}`);
    mkdirSync(scratch, { recursive: true });
    return openTerminal(folder, scratch, { ...servers.environment, ...variables });
  };
  const substitutions = substitutionsFor({
    packages,
    vault: main.address,
    aws: servers.emulator.endpoint,
    issuer: job.issuer,
    account,
  });
  return {
    servers,
    sides,
    job,
    copy,
    git,
    walk: openWalk(pages, notRun, substitutions),
    terminal: open("prod", { DEPLOY_TOKEN: await deployToken(sides), OPERATOR_TOKEN: main.token }),
    open,
    copyBeside(name) {
      const beside = join(directory, name);
      copyCheckout(beside);
      execFileSync("cp", ["-al", packages, beside]);
      return beside;
    },
    administrator: (of) => ({
      VAULT_ADDR: servers.vaults[of].address,
      VAULT_TOKEN: servers.vaults[of].token,
    }),
    async stop() {
      sides.close();
      await job.stop();
      await servers.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Starts the walker before the tests of the suite it is called in, and ends it after them. */
export function useWalker(): () => Walker {
  let walker: Awaited<ReturnType<typeof start>> | undefined;
  before(async function () {
    // The first start of all installs what is missing, a compiler's work included.
    this.timeout(30 * 60_000);
    walker = await start();
  });
  after(async function () {
    this.timeout(300_000);
    await walker?.stop();
  });
  return () => {
    if (walker === undefined) throw new Error("the walk has not begun");
    return walker;
  };
}

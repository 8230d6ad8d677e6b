import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { readFileSync } from "node:fs";

import type { VaultAccessArgs } from "../../components/vault/vaultAccess";
import type { VaultLogin } from "../../components/vault/vaultLogin";
import { vaultClient } from "../../local/providers/vault/client";
import { startHomeBench } from "../components/support/homeBench";
import type { HomeBench, HomeStack } from "../components/support/homeBench";
import { alsoFor, capabilitiesOf, forJwt, hclOf, readPagePolicies, ruleFor } from "./pagePolicy";
import type { Grant } from "./pagePolicy";

const roleArn = "arn:aws:iam::123456789012:role/homing-test";
const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:homing-test";
const policyName = "deployer";
const page = readPagePolicies();
/** Not in the lists: Vault's policy `default`, which the token has as any other, allows it. */
const byDefault = "auth/token/lookup-self read";

interface AuditLine {
  readonly type: string;
  readonly error?: string;
  readonly auth?: { readonly policies?: readonly string[] };
  readonly request: { readonly operation: string; readonly path: string };
}

/** What the deployment asked of Vault, as `<path of a list> <capability>`. */
function used({ auditLog }: HomeBench, grants: readonly Grant[]): string[] {
  const lines = readFileSync(auditLog, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(({ auth }) => auth?.policies?.includes(policyName));
  const refused = lines.filter(({ error }) => error?.includes("permission denied"));
  deepEqual(
    refused.map(({ request }) => request),
    [],
  );
  const calls = lines.map(({ request: { operation, path } }) => `${ruleFor(grants, path)} ${operation}`);
  return [...new Set(calls)].sort();
}

/** Vault asks for `sudo` beside the capability: it can't be told from the audit log. */
const seen = (capabilities: readonly string[]): string[] => capabilities.filter((one) => !one.endsWith(" sudo"));

/** The page's lists for Vault, put to use with a token that has nothing else. */
describe("the deployment's permissions in Vault", function () {
  this.timeout(180_000);

  let bench: HomeBench;

  beforeEach(async function () {
    this.timeout(600_000);
    bench = await startHomeBench();
  });
  afterEach(() => bench.stop());

  async function tokenWith(grants: readonly Grant[]): Promise<string> {
    await bench.root.write(`sys/policies/acl/${policyName}`, { policy: hclOf(grants) });
    const { client_token } = await bench.root.grant("auth/token/create", { policies: [policyName], ttl: "1h" });
    return String(client_token);
  }

  const stackWith = async (grants: readonly Grant[]): Promise<HomeStack> =>
    bench.stackOf("life", await tokenWith(grants));

  const jwt = (signingAlgorithm: "ES384" | "RS256"): VaultLogin => ({
    method: "jwt",
    audience: "https://vault.example.com",
    signingAlgorithm,
    adoptTokenIssuer: false,
    tokenIssuerUrl: bench.issuer,
    tokenIssuerCa: "",
  });
  const aws = (stsEndpoint: string): VaultLogin => ({ method: "aws", serverId: "vault.example.com", stsEndpoint });

  const argsWith = (over: Partial<VaultAccessArgs>): VaultAccessArgs => ({
    namespace: "",
    mount: "homing",
    adoptMount: false,
    protect: true,
    homeTemplate: "aws/{account}/{region}/{name}",
    login: aws(""),
    loginPath: "homing-aws",
    adoptLogin: false,
    loginRole: "homing-mover",
    tokenTtlMinutes: 15,
    place: { partition: "aws", account: "123456789012", region: "eu-west-1", dnsSuffix: "amazonaws.com" },
    names: { vaultIdentity: "homing-life-eu-west-1-123456789012", roleArn, functionArn },
    ...over,
  });

  const logins = [
    {
      method: "aws",
      path: "homing-aws",
      listFor: (grants: readonly Grant[]) => grants,
      login: () => aws(""),
      changed: () => aws("https://sts.internal.example"),
    },
    {
      method: "jwt",
      path: "homing-jwt",
      listFor: (grants: readonly Grant[]) => forJwt(grants, page.jwtConfig),
      login: () => jwt("ES384"),
      changed: () => jwt("RS256"),
    },
  ] as const;

  for (const { method, path, listFor, login, changed } of logins) {
    const resources = method === "aws" ? 10 : 9;

    it(`are what a protected stack with login ${method} uses in its life, and no more`, async () => {
      const list = alsoFor(listFor(page.usual), path, "homing-next");
      const stack = await stackWith(list);
      const args = argsWith({ login: login(), loginPath: path });
      const later = {
        ...args,
        login: changed(),
        homeTemplate: "moved/aws/{account}/{region}/{name}",
        tokenTtlMinutes: 20,
      };

      deepEqual(await stack.up(args), { create: resources });
      deepEqual(await stack.refresh(), { same: resources });
      deepEqual(await stack.up(later), { same: resources - 3, update: 3 });
      await rejects(stack.preview({ ...later, mount: "other" }), /mount can't change/);
      await rejects(stack.preview({ ...later, loginPath: "homing-next" }), /unable to replace/);
      await stack.shell("pulumi state unprotect --all --yes");
      await stack.up({ ...later, loginPath: "homing-next" });
      await stack.shell("pulumi state unprotect --all --yes");
      await stack.destroy();

      const calls = used(bench, list);
      // At the former path the role is deleted, at the new one nothing is changed: together they need the whole list.
      const asOne = (call: string): string => call.replace("homing-next", path);
      const granted = seen(capabilitiesOf(list)).map(asOne);
      deepEqual([...new Set(calls.map(asOne))].sort(), [...new Set([...granted, byDefault])].sort());
      ok(await bench.root.read("sys/mounts/homing"));
    });

    it(`without protection and with login ${method} are also those of the second list, each of them used`, async () => {
      const [usual, extra] = [listFor(page.usual), listFor(page.unprotected)];
      const stack = await stackWith([...usual, ...extra]);

      await stack.up(argsWith({ login: login(), loginPath: path, protect: false }));
      deepEqual(await stack.destroy(), { delete: resources });

      const calls = used(bench, usual);
      const granted = [...seen(capabilitiesOf([...usual, ...extra])), byDefault];
      deepEqual(
        calls.filter((call) => !granted.includes(call)),
        [],
      );
      const deletions = seen(capabilitiesOf(page.unprotected)).map((one) => one.replace("homing-aws", path));
      const expected = method === "aws" ? deletions : deletions.filter((one) => !one.includes("config/client"));
      deepEqual(
        expected.filter((one) => !calls.includes(one)),
        [],
      );
      ok(expected.length >= 3);
    });

    it(`with login ${method} are less where mount and method are adopted`, async () => {
      await bench.root.write("sys/mounts/homing", { type: "kv", options: { version: "2" } });
      await bench.root.write(`sys/auth/${path}`, { type: method });
      const owned = ["sys/mounts/homing", "homing/config", `sys/auth/${path}`, `sys/mounts/auth/${path}/tune`];
      const list = listFor(page.usual).filter(
        (grant) => !owned.includes(grant.path) && !grant.path.includes("/config"),
      );
      const stack = await stackWith(list);
      const args = argsWith({ login: login(), loginPath: path, adoptMount: true, adoptLogin: true, protect: false });

      await stack.up(args);
      await stack.up({ ...args, tokenTtlMinutes: 20 }, { refresh: true });
      ok(await bench.root.read(`auth/${path}/role/homing-mover`));
      await rejects(stack.destroy(), /DELETE identity\/entity\/id\/[^:]*: 403/);
      ok(await bench.root.read("sys/mounts/homing"));
    });
  }

  it("need sudo for the login method, and nowhere else", async () => {
    const sudo = page.usual.filter(({ capabilities }) => capabilities.includes("sudo"));
    const without = page.usual.map(({ path, capabilities }) => ({
      path,
      capabilities: capabilities.filter((one) => one !== "sudo"),
    }));
    const poor = vaultClient({ VAULT_ADDR: bench.address, VAULT_TOKEN: await tokenWith(without) });

    deepEqual(
      sudo.map(({ path }) => path),
      ["sys/auth/homing-aws"],
    );
    await rejects(poor.write("sys/auth/homing-aws", { type: "aws" }), /403/);
  });

  it("hold for a token without the policy default only with its own look-up", async () => {
    await bench.root.write(`sys/policies/acl/${policyName}`, { policy: hclOf(page.usual) });
    const wish = { policies: [policyName], no_default_policy: true };
    const { client_token } = await bench.root.grant("auth/token/create", wish);
    const bare = vaultClient({ VAULT_ADDR: bench.address, VAULT_TOKEN: String(client_token) });

    await rejects(bare.read("auth/token/lookup-self"), (error: Error) => {
      match(error.message, /403/);
      return true;
    });
    equal(
      page.usual.some(({ path }) => path === "auth/token/lookup-self"),
      false,
    );
  });
});

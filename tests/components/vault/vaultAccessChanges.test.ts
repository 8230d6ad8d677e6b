import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import type { VaultAccessArgs } from "../../../components/vault/vaultAccess";
import type { VaultLogin } from "../../../components/vault/vaultLogin";
import { startHomeBench } from "../support/homeBench";
import type { HomeBench, HomeStack } from "../support/homeBench";

const roleArn = "arn:aws:iam::123456789012:role/homing-test";
const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:homing-test";
const page = readFileSync(join(dirname(dirname(dirname(__dirname))), "docs", "changing-places.md"), "utf8");
/** The page's step that lets the method go; its next one sets what the tests give as arguments. */
const [takeProtectionOff = ""] = /^ *pulumi state unprotect .*home-login.*$/m.exec(page) ?? [];
const endpoint = "https://sts.internal.example";

/** What a change of the settings does to a stack that is deployed: in the real engine, on a real Vault. */
describe("a deployed VaultAccess", function () {
  this.timeout(120_000);

  let bench: HomeBench;

  before(async function () {
    this.timeout(600_000);
    bench = await startHomeBench();
  });
  after(() => bench.stop());

  const loginOf = (method: VaultLogin["method"], stsEndpoint = ""): VaultLogin =>
    method === "aws"
      ? { method, serverId: "vault.example.com", stsEndpoint }
      : {
          method,
          audience: "https://vault.example.com",
          signingAlgorithm: "ES384",
          adoptTokenIssuer: false,
          tokenIssuerUrl: bench.issuer,
          tokenIssuerCa: "",
        };

  /** Everything is named after the stack, so that the stacks don't meet in Vault. */
  const argsOf = (stack: string, over: Partial<VaultAccessArgs>): VaultAccessArgs => ({
    namespace: "",
    mount: `${stack}-kv`,
    adoptMount: false,
    protect: true,
    homeTemplate: "aws/{account}/{region}/{name}",
    login: loginOf("aws"),
    loginPath: `${stack}-login`,
    adoptLogin: false,
    loginRole: "homing-mover",
    tokenTtlMinutes: 15,
    place: { partition: "aws", account: "123456789012", region: "eu-west-1", dnsSuffix: "amazonaws.com" },
    names: { vaultIdentity: `${stack}-identity`, roleArn, functionArn },
    ...over,
  });

  const accessorOf = async (path: string) => (await bench.root.read(`sys/mounts/auth/${path}`))?.accessor;

  /** Of the only alias of the stack's entity. */
  async function aliasAccessor(stack: string): Promise<unknown> {
    const { aliases } = await bench.root.write("identity/lookup/entity", { name: `${stack}-identity` });
    const all = aliases as readonly { readonly mount_accessor: string }[];
    equal(all.length, 1);
    return all[0]?.mount_accessor;
  }

  it("follows another stsEndpoint, and gives it up", async () => {
    const stack = await bench.stackOf("sts");
    const configOf = async () => {
      const { sts_endpoint, sts_region, use_sts_region_from_client } =
        (await bench.root.read("auth/sts-login/config/client")) ?? {};
      return [sts_endpoint, sts_region, use_sts_region_from_client];
    };

    await stack.up(argsOf("sts", {}));
    deepEqual(await configOf(), ["", "", true]);
    deepEqual(await stack.up(argsOf("sts", { login: loginOf("aws", endpoint) })), { same: 9, update: 1 });
    deepEqual(await configOf(), [endpoint, "eu-west-1", false]);
    await stack.up(argsOf("sts", {}));
    deepEqual(await configOf(), ["", "", true]);
  });

  /** Tries a change of the mount on a stack that has these settings. */
  async function refuseAnotherMount(stack: HomeStack, name: string, args: VaultAccessArgs): Promise<void> {
    const policy = () => bench.root.read(`sys/policies/acl/${name}-identity`);
    const before = await policy();
    const moved = { ...args, mount: "elsewhere" };
    const refusal = new RegExp(
      `mount can't change from ${name}-kv to elsewhere: .*Set it back to ${name}-kv, in the configuration as homing:mount`,
    );

    await rejects(stack.preview(moved), refusal);
    await rejects(stack.up(moved), refusal);

    ok(await bench.root.read(`sys/mounts/${name}-kv`));
    equal(await bench.root.read("sys/mounts/elsewhere"), undefined);
    deepEqual(await policy(), before);
  }

  for (const method of ["aws", "jwt"] as const) {
    const resources = method === "aws" ? 10 : 9;
    const aRole =
      method === "aws"
        ? { auth_type: "iam", bound_iam_principal_arn: roleArn, resolve_aws_unique_ids: false }
        : { role_type: "jwt", user_claim: "sub", bound_audiences: "v" };

    describe(`with login ${method}, protected`, () => {
      const name = `${method}-kept`;
      let stack: HomeStack;
      let args: VaultAccessArgs;
      let moved: VaultAccessArgs;

      before(async () => {
        stack = await bench.stackOf(name);
        args = argsOf(name, { login: loginOf(method) });
        moved = { ...args, loginPath: `${name}-other` };
        await stack.up(args);
      });

      it("refuses another mount, in the preview and in the update", () => refuseAnotherMount(stack, name, args));

      it("refuses another loginPath, and is as it was", async () => {
        await rejects(stack.preview(moved), /unable to replace resource .*home-login/);
        await rejects(stack.up(moved), /unable to replace resource .*home-login/);

        deepEqual(await stack.up(args, { refresh: true }), { same: resources });
        equal(await accessorOf(`${name}-other`), undefined);
      });

      it("keeps readers' logins at the former loginPath when it is changed by the page", async () => {
        const before = await accessorOf(`${name}-login`);
        await bench.root.write(`auth/${name}-login/role/reader`, aRole);

        await stack.shell(takeProtectionOff);
        await stack.up(moved);

        equal(await accessorOf(`${name}-login`), before);
        ok(await bench.root.read(`auth/${name}-login/role/reader`));
        equal(await bench.root.read(`auth/${name}-login/role/homing-mover`), undefined);
        if (method === "aws") {
          const kept = await bench.root.read(`auth/${name}-login/config/client`);
          equal(kept?.iam_server_id_header_value, "vault.example.com");
        }
        ok(await bench.root.read(`auth/${name}-other/role/homing-mover`));
        equal(await aliasAccessor(name), await accessorOf(`${name}-other`));
        equal(await stack.isProtected("home-login"), true);
        deepEqual(await stack.up(moved, { refresh: true }), { same: resources });
      });
    });

    it(`with login ${method}, unprotected, makes the method anew at another loginPath`, async () => {
      const name = `${method}-free`;
      const stack = await bench.stackOf(name);
      const args = argsOf(name, { login: loginOf(method), protect: false });
      const moved = { ...args, loginPath: `${name}-other` };
      await stack.up(args);
      const before = await accessorOf(`${name}-login`);

      const changes = await stack.up(moved);

      equal(changes?.replace, method === "aws" ? 3 : 2);
      equal(await accessorOf(`${name}-login`), undefined);
      notEqual(await accessorOf(`${name}-other`), before);
      equal(await aliasAccessor(name), await accessorOf(`${name}-other`));
      deepEqual(await stack.up(moved, { refresh: true }), { same: resources });
      deepEqual(await stack.destroy(), { delete: resources });
      equal(await accessorOf(`${name}-other`), undefined);
    });
  }

  it("unprotected refuses another mount, too, and can be destroyed without its program", async () => {
    const stack = await bench.stackOf("free");
    const args = argsOf("free", { protect: false });
    await stack.up(args);

    await refuseAnotherMount(stack, "free", args);

    deepEqual(await stack.up(args, { refresh: true }), { same: 10 });
    deepEqual(await stack.destroy(), { delete: 10 });
    equal(await bench.root.read("sys/mounts/free-kv"), undefined);
  });

  it("changes from login aws to jwt by the page, and keeps the former method", async () => {
    const stack = await bench.stackOf("login");
    const args = argsOf("login", {});
    const other = { ...args, login: loginOf("jwt"), loginPath: "login-jwt" };
    await stack.up(args);

    await rejects(stack.preview(other), /home-login" cannot be deleted\s+because it is protected/);
    await stack.shell(takeProtectionOff);
    await stack.up(other);

    ok(await accessorOf("login-login"));
    equal(await bench.root.read("auth/login-login/role/homing-mover"), undefined);
    equal(await aliasAccessor("login"), await accessorOf("login-jwt"));
    deepEqual(await stack.up(other, { refresh: true }), { same: 9 });
  });

  it("takes another loginRole, serverId and homeTemplate", async () => {
    const stack = await bench.stackOf("names");
    const args = argsOf("names", {});
    await stack.up(args);
    const login = { method: "aws", serverId: "other.example.com", stsEndpoint: "" } as const;
    const changed = { ...args, login, loginRole: "other", homeTemplate: "b/{account}/{region}/{name}" };

    // The role; its id names the alias. The client's settings and the policy.
    deepEqual(await stack.up(changed), { same: 6, update: 3, replace: 1 });
    equal(await bench.root.read("auth/names-login/role/homing-mover"), undefined);
    deepEqual(await stack.up(changed, { refresh: true }), { same: 10 });
  });

  it("deletes a mount and a method that it is told to adopt, unless they are protected", async () => {
    for (const protect of [true, false]) {
      const name = protect ? "adopt-kept" : "adopt-free";
      const stack = await bench.stackOf(name);
      const args = argsOf(name, { protect });
      await stack.up(args);
      const adopting = stack.up({ ...args, adoptMount: true, adoptLogin: true });

      if (protect) await rejects(adopting, /cannot be deleted\s+because it is protected/);
      else await adopting;

      equal((await bench.root.read(`sys/mounts/${name}-kv`)) !== undefined, protect);
      equal((await accessorOf(`${name}-login`)) !== undefined, protect);
    }
  });
});

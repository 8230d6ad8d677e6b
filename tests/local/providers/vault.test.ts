import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { providerOf } from "../../../local/providers/resourceProvider";
import type { Operations } from "../../../local/providers/resourceProvider";
import { vaultClient } from "../../../local/providers/vault/client";
import type { VaultClient } from "../../../local/providers/vault/client";
import { vaultTable } from "../../../local/providers/vault/table";
import { installTools, isVaultAtHand } from "../../../local/tools";
import { startVault } from "../../../local/vaultServer";
import type { VaultServer } from "../../../local/vaultServer";

const urnOf = (token: string): string => `urn:pulumi:dev::homing::${token}::it`;
const entityUrn = urnOf("vault:identity/entity:Entity");
const aliasUrn = urnOf("vault:identity/entityAlias:EntityAlias");
const methodUrn = urnOf("vault:jwt/authBackend:AuthBackend");
const roleUrn = urnOf("vault:jwt/authBackendRole:AuthBackendRole");

/** What was seen of the real provider, and what no program of the engine test comes to. */
describe("the local Vault provider", function () {
  this.timeout(120_000);

  let folder: string;
  let server: VaultServer;
  let root: VaultClient;
  let environment: NodeJS.ProcessEnv;
  let provider: Operations;

  before(async function () {
    this.timeout(600_000);
    folder = mkdtempSync(join(tmpdir(), "homing-"));
    const tools = await installTools({
      server: (await isVaultAtHand()) ? "vault" : "openbao",
      vaultAwsPlugin: true,
      progress: (line) => {
        console.error(line);
      },
    });
    mkdirSync(join(folder, "vault"));
    server = await startVault({ tools, directory: join(folder, "vault") });
    environment = { VAULT_ADDR: server.address, VAULT_TOKEN: server.token };
    root = vaultClient(environment);
    provider = providerOf(vaultTable(environment));
  });

  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const create = async (urn: string, wish: Record<string, unknown>) => {
    const checked = await provider.check(urn, {}, wish);
    return provider.create(urn, checked.inputs as Record<string, unknown>);
  };

  it("refuses an entity whose name is taken, and leaves that one as it is", async () => {
    const { id } = await create(entityUrn, { name: "taken", metadata: { by: "first" } });

    await rejects(
      create(entityUrn, { name: "taken", metadata: { by: "second" } }),
      /entity named taken already exists/,
    );
    deepEqual((await root.read(`identity/entity/id/${id}`))?.metadata, { by: "first" });
  });

  it("moves an alias of the same name and accessor to the new entity", async () => {
    await root.write("sys/auth/aliases", { type: "userpass" });
    const mountAccessor = (await root.read("sys/mounts/auth/aliases"))?.accessor;
    const [first, second] = [await create(entityUrn, { name: "one" }), await create(entityUrn, { name: "two" })];

    const made = await create(aliasUrn, { name: "user", mountAccessor, canonicalId: first.id });
    const again = await create(aliasUrn, { name: "user", mountAccessor, canonicalId: second.id });

    equal(again.id, made.id);
    equal((await root.read(`identity/entity-alias/id/${made.id}`))?.canonical_id, second.id);
  });

  it("writes a role over whoever made it", async () => {
    const wish = { backend: "roles", roleName: "mover", roleType: "jwt", userClaim: "sub", boundAudiences: ["vault"] };
    await root.write("sys/auth/roles", { type: "jwt" });
    await create(roleUrn, { ...wish, tokenTtl: 60 });
    await create(roleUrn, { ...wish, tokenTtl: 90 });

    equal((await root.read("auth/roles/role/mover"))?.token_ttl, 90);
  });

  it("can't delete a role at a path from which the method moved away", async () => {
    const jwksUrl = `${server.address}/v1/identity/oidc/.well-known/keys`;
    const method = await create(methodUrn, { path: "old", jwksUrl });
    const role = await create(roleUrn, {
      backend: "old",
      roleName: "r",
      roleType: "jwt",
      userClaim: "sub",
      boundAudiences: ["v"],
    });
    const olds = method.outs as Record<string, unknown>;
    await provider.update(method.id, methodUrn, olds, { ...olds, path: "new" });

    await rejects(provider.delete(role.id, roleUrn, role.outs as Record<string, unknown>), /404/);
    equal((await root.read("auth/new/role/r"))?.user_claim, "sub");
  });

  it("tells a method's tuning as it was given, and what somebody changed of it", async () => {
    const tune = { defaultLeaseTtl: "15m", maxLeaseTtl: "1h" };
    const urn = urnOf("vault:index/authBackend:AuthBackend");
    const created = await create(urn, { type: "userpass", path: "tuned", tune });
    const state = created.outs as Record<string, unknown>;
    const read = async () => (await provider.read(created.id, urn, state)).props as typeof state;

    deepEqual((await read()).tune, tune);
    await root.write("sys/mounts/auth/tuned/tune", { default_lease_ttl: "10m" });
    deepEqual((await read()).tune, { ...tune, defaultLeaseTtl: "600s" });
  });

  it("works with a child of the token that it was given", async () => {
    const parent = await root.grant("auth/token/create", { policies: ["default"], ttl: "60s" });
    const poor = providerOf(vaultTable({ ...environment, VAULT_TOKEN: String(parent.client_token) }));

    await rejects(poor.read("any", entityUrn, {}), /POST auth\/token\/create: 403/);
    const accessors = await fetch(new URL("/v1/auth/token/accessors?list=true", server.address), {
      headers: { "x-vault-token": server.token },
    });
    const { data } = (await accessors.json()) as { readonly data: { readonly keys: readonly string[] } };
    const tokens = await Promise.all(
      data.keys.map((accessor) => root.write("auth/token/lookup-accessor", { accessor })),
    );
    const children = tokens.filter(({ display_name }) => display_name === "token-pulumi");
    equal(children.length, 1);
    match(String(children[0]?.explicit_max_ttl), /^1200$/);
  });
});

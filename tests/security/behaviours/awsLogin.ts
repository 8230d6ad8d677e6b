import * as assert from "node:assert/strict";
import { createServer } from "node:http";

import { templateRecordPath } from "../../../runtime/model/path";
import type { Bench } from "../../system/support/bench";
import type { Credentials } from "../../system/support/clients";
import { eventually } from "../../system/support/eventually";
import { sessionOfFunction } from "../../system/support/probe";
import { vaultApi } from "../../system/support/vaultApi";
import { deployedSettings } from "../support/mover";
import { signedLogin } from "../support/signedLogin";
import type { LoginRequest } from "../support/signedLogin";

interface LoginAnswer {
  readonly status: number;
  readonly token: string;
  readonly entityId: string;
}

const serverHeader = "x-vault-aws-iam-server-id";

/** Logins with the role's own credentials: whoever stole them still has to be right in every part. */
export function describeAwsLogin(bench: () => Bench): void {
  let credentials: Credentials;
  let base: LoginRequest;
  let path: string;
  let role: string;

  before(async () => {
    const { clients, system } = bench();
    credentials = await sessionOfFunction(clients, "login-probe", system().functionRoleArn);
    const { serverId, loginPath, loginRole } = await deployedSettings(bench());
    path = `auth/${loginPath}/login`;
    role = loginRole;
    base = {
      credentials,
      region: system().region,
      url: `${system().cloudTrailEndpoint}/`,
      signedHeaders: { [serverHeader]: serverId },
    };
  });

  async function login(changes: Partial<LoginRequest> = {}, asRole = role): Promise<LoginAnswer> {
    const body = await signedLogin({ ...base, ...changes });
    const { status, text } = await vaultApi(bench().system().vaultAddress, "").request("POST", path, {
      role: asRole,
      ...body,
    });
    const { auth } = JSON.parse(text) as {
      readonly auth?: { readonly client_token: string; readonly entity_id: string } | null;
    };
    return { status, token: auth?.client_token ?? "", entityId: auth?.entity_id ?? "" };
  }
  const reads = async (token: string): Promise<number> => {
    const system = bench().system();
    const record = `${system.mount}/data/${templateRecordPath(system)}`;
    return (await vaultApi(system.vaultAddress, token).request("GET", record)).status;
  };

  describe("a signed login", () => {
    it("that is right in every part is let in", async () => {
      const { status, token } = await login();

      assert.equal(status, 200);
      assert.equal(await reads(token), 200);
    });

    it("of another function with the mover's role is the mover at Vault: a known limit", async () => {
      const { clients, system, vault } = bench();
      const another = await sessionOfFunction(clients, "same-role", system().functionRoleArn);

      const { token, entityId } = await login({ credentials: another });

      assert.equal(entityId, system().outputs["moverEntityId"]);
      assert.equal(await reads(token), 200);
      const mover = vaultApi(system().vaultAddress, token);
      const home = `${system().mount}/data/${bench().home("hostile/same-role")}`;
      assert.equal((await mover.request("POST", home, { data: { value: "theirs" } })).status, 200);
      assert.equal((await vault.request("DELETE", home.replace("/data/", "/metadata/"))).status, 204);
    });

    const wrong: Readonly<Record<string, () => Partial<LoginRequest>>> = {
      "without the server's id": () => ({ signedHeaders: {} }),
      "with the id of another server": () => ({ signedHeaders: { [serverHeader]: "vault.example.test" } }),
      "whose server id is not signed": () => ({ signedHeaders: {}, unsignedHeaders: base.signedHeaders ?? {} }),
      "with the id signed for another server and ours added": () => ({
        signedHeaders: { [serverHeader]: "vault.example.test" },
        unsignedHeaders: { "X-Vault-AWS-IAM-Server-ID": base.signedHeaders?.[serverHeader] ?? "" },
      }),
      "with another x-amz header, signed": () => ({
        signedHeaders: { ...base.signedHeaders, "x-amz-meta-who": "somebody" },
      }),
      "with another x-amz header, not signed": () => ({ unsignedHeaders: { "x-amz-target": "somebody" } }),
      "of another action": () => ({ body: "Action=GetSessionToken&Version=2011-06-15" }),
      "with more parameters": () => ({ body: "Action=GetCallerIdentity&Version=2011-06-15&X=1" }),
      "with parameters in its URL": () => ({ toldUrl: `${base.url}?Action=GetCallerIdentity&Version=2011-06-15` }),
      "by GET": () => ({ method: "GET", body: "" }),
      "whose body was changed after signing": () => ({ unsignedHeaders: { "content-type": "text/plain" } }),
      "with the credentials' key but not their secret": () => ({
        credentials: { ...credentials, secretAccessKey: "guessed" },
      }),
      "with the credentials but not their session": () => ({
        credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
      }),
      "by the account's root": () => ({ credentials: { accessKeyId: "test", secretAccessKey: "test" } }),
    };
    for (const [what, changes] of Object.entries(wrong)) {
      it(`${what} is refused`, async () => {
        const { status, token } = await login(changes());

        assert.ok(status === 400 || status === 403, `status ${status}`);
        assert.equal(token, "");
      });
    }

    it("for another role of the method is refused", async () => {
      assert.equal((await login({}, "another")).status, 400);
    });

    it("that names another address does not make Vault call that address", async () => {
      const called: string[] = [];
      const server = createServer((request, response) => {
        called.push(request.url ?? "");
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const place = server.address();
      const port = place === null || typeof place === "string" ? 0 : place.port;

      await login({ toldUrl: `http://127.0.0.1:${port}/` });

      assert.ok(port > 0);
      assert.deepEqual(called, []);
      server.close();
    });
  });

  describe("a token of Vault", () => {
    it("is worth nothing after its lifetime", async () => {
      const { vault, system } = bench();
      const roleAt = path.replace("/login", `/role/${role}`);
      const { token_ttl, token_max_ttl } = (await vault.read(roleAt)) as Record<string, number>;
      await vault.write(roleAt, { token_ttl: "5s", token_max_ttl: "5s" });
      const { token } = await login();
      await vault.write(roleAt, { token_ttl, token_max_ttl });
      assert.equal(await reads(token), 200);

      await eventually(
        async () => ((await reads(token)) === 403 ? true : undefined),
        () => "the token is still taken",
      );

      const { ttl } = (await vault.read(`identity/entity/id/${system().outputs["moverEntityId"]}`)) as { ttl?: number };
      assert.equal(ttl, undefined, "no lifetime hangs on the entity");
    });

    it("can't be renewed, looked up or used to make another", async () => {
      const { token } = await login();
      const thief = vaultApi(bench().system().vaultAddress, token);

      for (const [method, what] of [
        ["POST", "auth/token/renew-self"],
        ["GET", "auth/token/lookup-self"],
        ["POST", "auth/token/create"],
        ["POST", "auth/token/create-orphan"],
        ["POST", "sys/capabilities-self"],
        ["POST", "cubbyhole/x"],
      ] as const) {
        const { status } = await thief.request(method, what, method === "POST" ? { paths: ["x"] } : undefined);
        assert.ok(status === 400 || status === 403, `${what}: ${status}`);
      }
    });

    it("stops at once when the mover's entity is disabled", async () => {
      const { vault, system } = bench();
      const entity = `identity/entity/id/${system().outputs["moverEntityId"]}`;
      const { token } = await login();
      assert.equal(await reads(token), 200);

      await vault.write(entity, { disabled: true });
      const disabled = await reads(token);
      await vault.write(entity, { disabled: false });

      assert.equal(disabled, 403);
      assert.equal(await reads(token), 200);
    });

    it("works from anywhere while it lives: a known limit", async () => {
      const { token } = await login();

      assert.equal(await reads(token), 200, "this process is not the function");
    });
  });
}

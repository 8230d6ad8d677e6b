import * as assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { MoverSettings } from "../../runtime/shared/environment";
import { moverSettings } from "../support/builders";
import { makeAuthority } from "../support/certificate";
import { environmentAt, functionName, listenAsAws } from "./support/fakeFunction";
import type { Listener } from "./support/fakeFunction";
import { runHere } from "./support/homing";
import type { Ended } from "./support/homing";

describe("homing takes from the machine what vault takes", () => {
  const authority = makeAuthority();
  let vault: Server;
  let address: string;
  let aws: Listener;
  let home: string;
  let settings: Partial<MoverSettings>;
  /** What Vault was sent: a path each with its token. */
  let sent: string[];

  before(async () => {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      sent.push(`${request.url ?? ""} ${String(request.headers["x-vault-token"])}`);
      response.writeHead(403).end('{"errors":["permission denied"]}');
    };
    vault = createServer({ cert: authority.cert, key: authority.key }, answer).listen(0, "127.0.0.1");
    await new Promise((resolve) => vault.once("listening", resolve));
    address = `https://127.0.0.1:${(vault.address() as AddressInfo).port.toString()}`;
    aws = await listenAsAws(() => moverSettings({ vaultAddress: address, ...settings }));
  });
  after(() => {
    vault.close();
    vault.closeAllConnections();
    aws.close();
  });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "homing-home-"));
    settings = { vaultCaCertificate: authority.ca };
    sent = [];
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  const write = (name: string, text: string): string => {
    writeFileSync(join(home, name), text);
    return join(home, name);
  };

  /** `homing move --local` asks Vault about the token before anything else. */
  const move = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> =>
    runHere(["move", "--local", "--function", functionName, "--vault-address", address, ...args], {
      HOME: home,
      PATH: process.env["PATH"] ?? "",
      ...environmentAt(aws),
      ...env,
    });

  const reached = (token: string): void => {
    assert.deepEqual([...new Set(sent)], [`/v1/auth/token/lookup-self ${token}`]);
  };

  it("the CA of VAULT_CACERT, before the deployment's", async () => {
    settings = { vaultCaCertificate: makeAuthority().ca };
    const env = { VAULT_TOKEN: "hvs.one" };

    const without = await move(env);
    assert.match(without.err, /^vault-unreachable at step /);
    assert.deepEqual(sent, []);
    await move({ ...env, VAULT_CACERT: write("ca.pem", authority.ca) });
    reached("hvs.one");
    for (const wrong of [join(home, "none.pem"), write("wrong.pem", "no certificate")]) {
      const { code, err } = await move({ ...env, VAULT_CACERT: wrong });
      assert.equal(code, 1);
      assert.equal(err, `VAULT_CACERT is ${wrong}, which is no file with a certificate in PEM form.\n`);
    }
  });

  describe("the token of the helper", () => {
    const helper = (script: string): string => {
      const path = write("helper", `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o700);
      return path;
    };

    it("that ~/.vault names, before ~/.vault-token and after VAULT_TOKEN", async () => {
      write(".vault", `# mine\ntoken_helper = "${helper('test "$1" = get && echo hvs.helper')}"\n`);
      write(".vault-token", "hvs.file");

      await move({});
      reached("hvs.helper");
      sent = [];
      await move({ VAULT_TOKEN: "hvs.environment" });
      reached("hvs.environment");
    });

    it("that the file of VAULT_CONFIG_PATH names, as JSON too", async () => {
      const config = write("config.json", JSON.stringify({ token_helper: helper("echo hvs.helper") }));

      await move({ VAULT_CONFIG_PATH: config });
      reached("hvs.helper");
    });

    it("is not looked for elsewhere when the helper fails or is no absolute path", async () => {
      write(".vault-token", "hvs.file");
      const failing = helper("exit 3");

      write(".vault", `token_helper = "${failing}"`);
      const failed = await move({});
      write(".vault", 'token_helper = "helper"');
      const relative = await move({});

      assert.deepEqual(sent, []);
      assert.deepEqual([failed.code, relative.code], [1, 1]);
      assert.equal(
        failed.err,
        `Vault's token helper ${failing} failed: run "${failing} get" to see why, or set VAULT_TOKEN.\n`,
      );
      assert.equal(relative.err, `token_helper of ${join(home, ".vault")} is helper: write its absolute path.\n`);
    });
  });

  describe("VAULT_NAMESPACE", () => {
    const env = { VAULT_TOKEN: "hvs.one" };

    for (const given of ["admin/team/", "admin", "root", ""]) {
      it(`${JSON.stringify(given)} is the namespace of homes in admin/team, or above it`, async () => {
        settings = { ...settings, vaultNamespace: "admin/team" };
        await move({ ...env, VAULT_NAMESPACE: given });
        reached("hvs.one");
      });
    }
    for (const [given, homes] of [
      ["admin/other", "admin/team"],
      ["admin/team/below", "admin/team"],
      ["admin", ""],
    ] as const) {
      it(`${given} is refused where the homes are in "${homes}", and the token stays here`, async () => {
        settings = { ...settings, vaultNamespace: homes };
        const { code, err } = await move({ ...env, VAULT_NAMESPACE: given });

        assert.equal(code, 1);
        assert.match(err, /^VAULT_NAMESPACE is [^\n]* nor below it: unset VAULT_NAMESPACE\.\n$/);
        assert.deepEqual(sent, []);
      });
    }

    it("above the deployment's needs the path of its login", async () => {
      settings = { ...settings, vaultNamespace: "admin/team" };
      const { code, err } = await move({ VAULT_NAMESPACE: "admin" }, "--login", "aws", "--role", "operator");

      assert.equal(code, 1);
      assert.match(err, /^--login aws in VAULT_NAMESPACE needs --login-path: [^\n]*\n$/);
    });
  });
});

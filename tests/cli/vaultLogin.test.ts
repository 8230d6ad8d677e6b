import * as assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { confirmAddress, confirmedFile } from "../../cli/confirmAddress";
import type { AddressPlace } from "../../cli/confirmAddress";
import { Failure } from "../../cli/failure";
import { originOf as readOrigin, thisMachine } from "../../cli/vaultLogin";
import { moverSettings } from "../support/builders";
import { environmentAt, functionArn, functionName, listen, listenAsAws } from "./support/fakeFunction";
import type { Listener } from "./support/fakeFunction";
import { runHere } from "./support/homing";
import type { Ended } from "./support/homing";

describe("the person's login at Vault", () => {
  let vault: Listener;
  let aws: Listener;
  let home: string;
  /** What the Vault of the function's environment was sent, a path each with its token. */
  let sent: string[] = [];

  before(async () => {
    vault = await listen((request, response) => {
      sent.push(`${request.url ?? ""} ${String(request.headers["x-vault-token"])}`);
      response.writeHead(403).end('{"errors":["permission denied"]}');
    });
    aws = await listenAsAws(() => moverSettings({ vaultAddress: vault.address }));
  });
  after(() => {
    vault.close();
    aws.close();
  });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "homing-home-"));
    sent = [];
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  /** `homing move --local` asks Vault about the token before anything else. */
  const move = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
    runHere(["move", "--local", "--function", functionName, ...args], {
      HOME: home,
      ...environmentAt(aws),
      ...env,
    });

  it("goes to no address that only the function names, and the line says what to do", async () => {
    for (const [args, env] of [
      [[], { VAULT_TOKEN: "hvs.environment" }],
      [["--json"], { VAULT_TOKEN: "hvs.environment" }],
      [["--login", "aws", "--role", "operator"], {}],
    ] as const) {
      const { code, err } = await move(args, env);

      assert.equal(code, 1);
      assert.deepEqual(sent, []);
      assert.match(err, /^This machine has never sent .* --vault-address http:\/\/127\.0\.0\.1:\d+ .*\n$/);
      assert.ok(err.includes(functionArn) && !err.includes("hvs."), err);
    }
  });

  it("is the same with the token of a file", async () => {
    writeFileSync(join(home, ".vault-token"), "hvs.file\n");

    const { code, err } = await move([], {});

    assert.equal(code, 1);
    assert.deepEqual(sent, []);
    assert.match(err, /the Vault token of ~\/\.vault-token/);
  });

  it("goes to the address that the person names, by the option or by VAULT_ADDR", async () => {
    const address = vault.address;
    await move(["--vault-address", address], { VAULT_TOKEN: "hvs.one" });
    await move([], { VAULT_TOKEN: "hvs.two", VAULT_ADDR: `${address}/` });

    assert.deepEqual([...new Set(sent)], ["/v1/auth/token/lookup-self hvs.one", "/v1/auth/token/lookup-self hvs.two"]);
  });

  it("goes nowhere while VAULT_ADDR names another Vault than the function does: a token is meant for one", async () => {
    const { code, err } = await move([], { VAULT_TOKEN: "hvs.one", VAULT_ADDR: "https://elsewhere.example:8200" });

    assert.equal(code, 1);
    assert.deepEqual(sent, []);
    assert.match(
      err,
      /^VAULT_ADDR is https:\/\/elsewhere\.example:8200, and the deployment's Vault is http:.*unset VAULT_ADDR/,
    );
  });

  it("goes again to the address that was confirmed for this function, and to no other", async () => {
    const file = join(home, ".config", "homing", "vault-addresses.json");
    const remember = (confirmed: object): void => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(confirmed));
    };
    const env = { VAULT_TOKEN: "hvs.one" };

    for (const confirmed of [{ [functionArn]: "https://elsewhere.example" }, { [`${functionArn}-2`]: vault.address }]) {
      remember(confirmed);
      assert.equal((await move([], env)).code, 1);
      assert.deepEqual(sent, []);
    }
    remember({ [functionArn]: vault.address });
    await move([], env);
    assert.deepEqual([...new Set(sent)], ["/v1/auth/token/lookup-self hvs.one"]);

    writeFileSync(file, "{");
    assert.match(
      (await move([], env)).err,
      /vault-addresses\.json is not JSON: remove it, and this command asks anew\.\n$/,
    );
  });

  it("is told apart by the origin, which no text before the host can hide", () => {
    const origin = (address: string): string => readOrigin("VAULT_ADDR", address);

    assert.equal(origin("https://vault.example.com@evil.example:8200/v1"), "https://evil.example:8200");
    for (const none of ["vault.example.com", "javascript:alert(1)", "file:///etc", ""]) {
      assert.throws(() => origin(none), /is no address: use https:\/\/host:port\./);
    }
  });

  describe("asked for on a terminal", () => {
    const address = "https://vault.example.com:8200";
    const login = "the Vault token of ~/.vault-token";

    /** A machine whose person answers so. */
    function machine(answers: boolean[], env: Readonly<Record<string, string>> = {}) {
      const asked: string[] = [];
      const place: AddressPlace = {
        ...thisMachine(false),
        env,
        home,
        ask: (question) => {
          asked.push(question);
          return Promise.resolve(answers.shift() ?? assert.fail(`asked once more: ${question}`));
        },
      };
      return { asked, place };
    }

    it("is confirmed once, and remembered where only this person can read it", async () => {
      const { asked, place } = machine([true]);

      await confirmAddress({ login, address, functionArn }, place);
      await confirmAddress({ login, address, functionArn }, place);

      assert.deepEqual(asked, [`Send ${login} to ${address} (function ${functionArn})? [y/N] `]);
      const file = join(home, ".config", "homing", "vault-addresses.json");
      assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), { [functionArn]: address });
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
    });

    it("is asked anew for another function and for another address, and keeps what was confirmed", async () => {
      const { asked, place } = machine([true, true, true]);
      const other = `${functionArn}-2`;

      await confirmAddress({ login, address, functionArn }, place);
      await confirmAddress({ login, address, functionArn: other }, place);
      await confirmAddress({ login, address: "https://elsewhere.example", functionArn }, place);

      assert.equal(asked.length, 3);
      assert.deepEqual(JSON.parse(readFileSync(confirmedFile(place), "utf8")), {
        [functionArn]: "https://elsewhere.example",
        [other]: address,
      });
    });

    it("stays here when the person says no, and nothing is remembered", async () => {
      const { place } = machine([false, false]);

      for (let times = 0; times < 2; times += 1) {
        await assert.rejects(
          confirmAddress({ login, address, functionArn }, place),
          (error) => error instanceof Failure && /^Nothing was sent to https:/.test(error.message),
        );
      }
      assert.equal(place.file(confirmedFile(place)), undefined);
    });

    it("is remembered in the person's folder for configuration, if that is an absolute path", () => {
      const file = (config: string): string => confirmedFile(machine([], { XDG_CONFIG_HOME: config }).place);

      assert.equal(file("/elsewhere"), "/elsewhere/homing/vault-addresses.json");
      assert.equal(file("elsewhere"), join(home, ".config", "homing", "vault-addresses.json"));
    });
  });
});

import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import Table = require("cli-table3");
import { homePath, templateRecordPath } from "../../../runtime/model/path";
import { checkTemplateRecord } from "../../../runtime/vault/templateRecord";
import { makeTransport } from "../../../runtime/vault/transport";
import { moverSettings } from "../../support/builders";
import { vaultApi } from "../../system/support/vaultApi";
import type { VaultApi } from "../../system/support/vaultApi";
import { loginWith, startCallerIdentity } from "../support/callerIdentity";
import type { CallerIdentity } from "../support/callerIdentity";
import { startHomeBench } from "../support/homeBench";
import type { HomeBench } from "../support/homeBench";

const mount = "homing";
const loginPath = "homing-aws";
const serverId = "vault.example.com";
const homeTemplate = "aws/{account}/{region}/{name}";

interface Place {
  readonly account: string;
  readonly region: string;
}

/** Three accounts, and another region of the first one. */
const places: readonly Place[] = [
  { account: "111122223333", region: "eu-west-1" },
  { account: "111122223334", region: "eu-west-1" },
  { account: "444455556666", region: "eu-west-1" },
  { account: "111122223333", region: "us-east-1" },
];
const [first = { account: "", region: "" }, , , otherRegion = first] = places;

interface Mover {
  readonly place: Place;
  readonly title: string;
  readonly home: string;
  readonly token: string;
  readonly entityId: unknown;
  readonly vault: VaultApi;
}

const roleOf = ({ account, region }: Place): string => `homing-mover-${account}-${region}`;
const identityOf = ({ account, region }: Place): string => `homing-test-${region}-${account}`;
const settingsOf = (vaultAddress: string, place: Place) =>
  moverSettings({ ...place, vaultAddress, mount, homeTemplate });

/** Movers of several accounts, deployed by the real engine into one real Vault; STS's answers are the tests'. */
describe("movers of three accounts at one Vault", function () {
  this.timeout(120_000);

  let bench: HomeBench;
  let identity: CallerIdentity;
  let root: VaultApi;
  const movers: Mover[] = [];

  const functionOf = ({ account, region }: Place): string => `homing-test-${region}-${account}`;
  /** The session of a function under the mover's role, as AWS names it. */
  const sessionOf = (place: Place, functionName = functionOf(place)): string =>
    `arn:aws:sts::${place.account}:assumed-role/homing-test-${place.region}/${functionName}`;
  const login = (place: Place, sessionArn: string) =>
    loginWith(
      { vaultAddress: bench.address, region: place.region, loginPath, loginRole: roleOf(place), serverId },
      identity.keyOf(sessionArn),
    );
  const check = (place: Place, token: string, over: Partial<ReturnType<typeof settingsOf>> = {}): Promise<void> =>
    checkTemplateRecord(
      { ...settingsOf(bench.address, place), ...over },
      makeTransport(bench.address, ""),
      { get: () => Promise.resolve(token), drop: () => undefined },
      true,
    );

  async function deploy(place: Place): Promise<Mover> {
    const { account, region } = place;
    const stack = await bench.stackOf(`m-${account}-${region}`);
    await stack.up({
      namespace: "",
      mount,
      adoptMount: place !== first,
      protect: false,
      homeTemplate,
      login: { method: "aws", serverId, stsEndpoint: identity.address },
      loginPath,
      adoptLogin: place !== first,
      loginRole: roleOf(place),
      tokenTtlMinutes: 15,
      place: { partition: "aws", dnsSuffix: "amazonaws.com", account, region },
      names: {
        vaultIdentity: identityOf(place),
        roleArn: `arn:aws:iam::${account}:role/homing-test-${region}`,
        functionArn: `arn:aws:lambda:${region}:${account}:function:${functionOf(place)}`,
      },
    });
    const { token, entityId } = await login(place, sessionOf(place));
    return {
      place,
      title: `${account} ${region}`,
      home: homePath(settingsOf(bench.address, place), "app/db"),
      token,
      entityId,
      vault: vaultApi(bench.address, token),
    };
  }

  before(async function () {
    this.timeout(600_000);
    bench = await startHomeBench();
    identity = await startCallerIdentity();
    root = vaultApi(bench.address, bench.rootToken);
    for (const place of places) movers.push(await deploy(place));
  });
  after(async () => {
    await bench.stop();
    await identity.stop();
  });

  it("are four entities", () => {
    equal(new Set(movers.map(({ entityId }) => entityId)).size, 4);
  });

  describe("with their tokens", () => {
    type Attempt = readonly [method: string, path: (owner: Mover) => string, body?: object];
    const data = ({ home }: Mover): string => `${mount}/data/${home}`;
    const metadata = ({ home }: Mover): string => `${mount}/metadata/${home}`;
    const record = ({ place }: Mover): string => `${mount}/data/${templateRecordPath(place)}`;
    const value = { data: { value: "x" } };
    const attempts: Readonly<Record<string, Attempt>> = {
      "read home": ["GET", data],
      "write home": ["POST", data, value],
      "make home": ["POST", (owner) => `${data(owner)}-new`, value],
      "read labels": ["GET", metadata],
      "write labels": ["PATCH", metadata, { custom_metadata: { deleting: "forged" } }],
      "read record": ["GET", record],
      "write record": ["POST", record, { data: { homeTemplate: "b/{name}" } }],
      "make record": ["POST", (owner) => `${record(owner)}-new`, { data: { homeTemplate: "b/{name}" } }],
    };
    const own: Readonly<Record<string, number>> = {
      "read home": 200,
      "write home": 200,
      "make home": 200,
      "read labels": 200,
      "write labels": 204,
      "read record": 200,
      "write record": 403,
      "make record": 403,
    };

    it("reach the homes, labels and record of their own account and region, and no other's", async () => {
      const names = Object.keys(attempts);
      for (const mover of movers) {
        await check(mover.place, mover.token);
        await mover.vault.write(data(mover), value);
      }
      const table = new Table({ head: ["who", "whose", ...names], style: { head: [], border: [] } });
      const reached: unknown[] = [];
      for (const who of movers) {
        for (const whose of movers) {
          const answers: number[] = [];
          for (const [method, path, body] of Object.values(attempts)) {
            answers.push((await who.vault.request(method, path(whose), body)).status);
          }
          table.push([who.title, who === whose ? "its own" : whose.title, ...answers]);
          const expected = names.map((name) => (who === whose ? own[name] : 403));
          const beyond = names.filter((_, index) => answers[index] !== expected[index]);
          if (beyond.length > 0) reached.push([who.title, whose.title, beyond]);
        }
      }
      process.stdout.write(`${table.toString()}\n`);

      deepEqual(reached, []);
      for (const mover of movers) {
        const { current_version: versions } = (await root.read(metadata(mover))) as { current_version: number };
        equal(versions, 2, `${mover.title}: what it wrote itself`);
        const { metadata: written } = (await root.read(record(mover))) as { metadata: { version: number } };
        equal(written.version, 1, `${mover.title}: its record is as it was`);
      }
    });

    it("see nothing above their folders", async () => {
      for (const { vault, title } of movers) {
        for (const path of ["", "aws/", "aws/111122223333/", "~homing/", "~homing/111122223333/"]) {
          for (const method of ["LIST", "GET"]) {
            equal((await vault.request(method, `${mount}/metadata/${path}`)).status, 403, `${title} ${method} ${path}`);
          }
        }
      }
    });
  });

  describe("a record", () => {
    const entry = (): string => templateRecordPath(first);
    const own = (): Mover => movers[0] ?? missing();
    const missing = (): never => {
      throw new Error("not deployed");
    };
    const forget = () => root.request("DELETE", `${mount}/metadata/${entry()}`);

    it("that two containers write at once is written once, and both go on", async () => {
      for (let round = 0; round < 10; round += 1) {
        await forget();

        await Promise.all([check(first, own().token), check(first, own().token), check(first, own().token)]);

        const { metadata } = (await root.read(`${mount}/data/${entry()}`)) as { metadata: { version: number } };
        equal(metadata.version, 1);
      }
    });

    it("tells of another prefix, template and mount, and is the same afterwards", async () => {
      await forget();
      await check(first, own().token);
      const prefixed = { homePrefix: "team", homeTemplate: "team/{account}/{region}/{name}" };

      await rejects(check(first, own().token, prefixed), (error: Error) => {
        match(error.message, /homePrefix aws, not team, homeTemplate aws\/\{account\}\/\{region\}\/\{name\}, not team/);
        return true;
      });
      await rejects(check(first, own().token, { homeTemplate: "aws/{account}-{region}/{name}" }), {
        code: "vault-template-changed",
      });
      await check(first, own().token);
      // A mount that was renamed keeps its entries.
      await root.write("sys/mounts/renamed", { type: "kv", options: { version: "2" } });
      const kept = (await root.read(`${mount}/data/${entry()}`)) as { data: object };
      await root.write(`renamed/data/${entry()}`, { data: kept.data });
      await rejects(check(first, bench.rootToken, { mount: "renamed" }), /mount homing, not renamed/);
    });

    it("that somebody deleted or destroyed stops the mover by its own words, until it is back", async () => {
      await forget();
      await check(first, own().token);

      await root.request("DELETE", `${mount}/data/${entry()}`);
      await rejects(check(first, own().token), { code: "vault-record-deleted" });
      await root.write(`${mount}/undelete/${entry()}`, { versions: [1] });
      await check(first, own().token);
      await root.write(`${mount}/destroy/${entry()}`, { versions: [1] });
      await rejects(check(first, own().token), { code: "vault-record-deleted" });
      await forget();
      await check(first, own().token);
    });

    it("shows a mount of KV version 1 before any value gets there", async () => {
      await root.write("sys/mounts/old", { type: "kv", options: { version: "1" } });

      await rejects(check(first, bench.rootToken, { mount: "old" }), /Vault's mount old is not KV version 2/);
    });
  });

  /** What login `aws` can't tell: Vault sees a role and a session's name, and no function. */
  describe("another function with the mover's role", () => {
    const readsHome = async (token: string): Promise<number> =>
      (await vaultApi(bench.address, token).request("GET", `${mount}/data/${movers[0]?.home ?? ""}`)).status;

    it("logs in to Vault as the mover: a known limit", async () => {
      const { token, entityId } = await login(first, sessionOf(first, "another-function"));

      equal(entityId, movers[0]?.entityId);
      equal(await readsHome(token), 200);
    });

    it("under another role does not", async () => {
      const stranger = "arn:aws:sts::111122223333:assumed-role/other/another-function";

      await rejects(login(first, stranger), { code: "vault-login-failed" });
      await rejects(login(first, sessionOf(otherRegion)), { code: "vault-login-failed" });
    });

    describe("where iam_alias is full_arn, which the program does not set", () => {
      before(() => root.write(`auth/${loginPath}/config/identity`, { iam_alias: "full_arn" }));
      after(() => root.write(`auth/${loginPath}/config/identity`, { iam_alias: "role_id" }));

      it("is another entity, and has the policy of Vault's role all the same", async () => {
        const named = await login(first, sessionOf(first));
        const another = await login(first, sessionOf(first, "another-function"));

        notEqual(another.entityId, named.entityId);
        equal(await readsHome(another.token), 200);
        notEqual(named.entityId, movers[0]?.entityId, "every role of the method gets new entities, readers' roles too");
      });

      it("may read nothing where the policy is the entity's and not the role's", async () => {
        const role = `auth/${loginPath}/role/${roleOf(first)}`;
        const { entityId } = await login(first, sessionOf(first));
        await root.write(role, { token_policies: [] });
        await root.write(`identity/entity/id/${String(entityId)}`, { policies: [identityOf(first)] });

        const named = await login(first, sessionOf(first));
        const another = await login(first, sessionOf(first, "another-function"));
        await root.write(role, { token_policies: [identityOf(first)] });

        equal(await readsHome(named.token), 200);
        equal(await readsHome(another.token), 403);
      });
    });
  });
});

/** The report of a reader on a real Vault: by the policies of both sides, and by nobody else's. */
import { deepEqual, equal } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readerRules, renderPolicy, rotatorRules } from "../../components/vault/vaultPolicy";
import type { PathRule } from "../../components/vault/vaultPolicy";
import { installTools } from "../../local/tools";
import { startVault } from "../../local/vaultServer";
import type { VaultServer } from "../../local/vaultServer";
import { homePath, pendingPath, reportPath } from "../../runtime/model/path";
import { storeReport } from "../../runtime/reader/report";
import { makeEntries } from "../../runtime/rotator/entries";
import { makeKv } from "../../runtime/vault/kv";
import type { Kv } from "../../runtime/vault/kv";
import { makeTransport } from "../../runtime/vault/transport";
import { moverSettings } from "../support/builders";
import { vaultApi } from "../system/support/vaultApi";

const mount = "homing";
const settings = moverSettings();
const secret = "payments/api-key";
const home = homePath(settings, secret);
const pending = pendingPath(settings, secret);
const reports = ["checkout", "refunds"].map((reader) => ({ reader, path: reportPath(settings, reader, secret) }));
const [own, other] = reports.map(({ path }) => path) as [string, string];

describe("a reader's report on a real Vault", function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "homing-"));
  let vault: VaultServer;
  let reader: Kv;
  let rotator: Kv;

  before(async () => {
    const tools = await installTools({
      server: "vault",
      vaultAwsPlugin: true,
      progress: (line) => {
        process.stderr.write(`${line}\n`);
      },
    });
    vault = await startVault({ tools, directory });
    const api = vaultApi(vault.address, vault.token);
    await api.write(`sys/mounts/${mount}`, { type: "kv", options: { version: "2" } });
    const kvBy = async (policy: string, rules: readonly PathRule[]): Promise<Kv> => {
      await api.write(`sys/policies/acl/${policy}`, { policy: renderPolicy(rules) });
      const { text } = await api.request("POST", "auth/token/create", { policies: [policy], no_default_policy: true });
      const token = (JSON.parse(text) as { readonly auth: { readonly client_token: string } }).auth.client_token;
      return makeKv({
        transport: makeTransport(vault.address, ""),
        token: { get: () => Promise.resolve(token), drop: () => undefined },
        mount,
        namespace: "",
      });
    };
    reader = await kvBy("reader", readerRules(mount, "aws/111122223333/eu-west-1/payments", [own]));
    const paths = reports.map(({ path }) => path);
    rotator = await kvBy("rotator", rotatorRules(mount, home, pending, paths));
  });
  after(async () => {
    await vault.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const read = (kv: Kv) => makeEntries(kv, { home, pending, reports })({ is: "read-reports" });

  it("is written and replaced by its reader, and read by the rotator with Vault's own time", async () => {
    deepEqual(await read(rotator), {
      is: "reports",
      reports: reports.map(({ reader }) => ({ reader, report: "absent" })),
    });
    const started = Date.now();
    for (const version of [1, 2]) await storeReport(reader, own, `{"version":${version},"cacheSeconds":60}`);
    const found = await read(rotator);
    const [first, second] = found.is === "reports" ? found.reports : [];
    equal(second?.report, "absent");
    const report = first?.report === "absent" ? undefined : first?.report;
    deepEqual([report?.version, report?.cacheSeconds], [2, 60]);
    equal(Math.abs((report?.createdTime ?? 0) - started) < 10_000, true);
  });

  it("is all that the reader may do there: it reads no report, and writes neither another's nor a rotation", async () => {
    const status = async (kv: Kv, method: "GET" | "POST", path: string): Promise<number> => {
      const body = method === "GET" ? {} : { body: '{"data":{"version":9,"cacheSeconds":0}}' };
      return (await kv.send({ step: "write", method, path: kv.url("data", path), ...body })).status;
    };
    for (const path of [other, pending, home, `${own}/more`]) equal(await status(reader, "POST", path), 403, path);
    for (const path of [own, other, pending]) equal(await status(reader, "GET", path), 403, path);
    // Nor may a rotator make a report.
    equal(await status(rotator, "POST", own), 403);
  });
});

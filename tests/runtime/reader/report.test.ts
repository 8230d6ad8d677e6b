/** What a reader tells of the version that it uses: once for each, and never at the cost of a read. */
import { deepEqual, doesNotMatch, equal, match, rejects } from "node:assert/strict";

import { makeReport, storeReport } from "../../../runtime/reader/report";
import type { StoredVersion } from "../../../runtime/reader/secretValue";
import { retryableError } from "../../../runtime/shared/errors";
import { makeKv } from "../../../runtime/vault/kv";
import type { Call } from "../../../runtime/vault/transport";
import { account, region } from "../../support/builders";

const secret = "payments/api-key";
const settings = { account, region, readerName: "checkout", reportedSecrets: [secret], cacheSeconds: 60 };
const versionOf = (version: number, createdTime = 1): StoredVersion => ({
  version,
  createdTime,
  labels: {},
  data: '{"value":"hunter"}',
});
const never = (): Promise<void> => new Promise<void>(() => undefined);

function reporter(store: () => Promise<void> = () => Promise.resolve(), over: Partial<typeof settings> = {}) {
  const scene = { time: 0, stored: [] as string[], warnings: [] as string[], pauses: [] as number[], sleep: never };
  const report = makeReport(
    { ...settings, ...over },
    {
      store: (path, data) => {
        scene.stored.push(`${path} ${data}`);
        return store();
      },
      now: () => scene.time,
      sleep: (ms) => {
        scene.pauses.push(ms);
        return scene.sleep();
      },
      warn: (line) => scene.warnings.push(line),
    },
  );
  return { report, scene };
}

describe("a reader's report", () => {
  it("is written once for each version, at the reader's own path, and holds no value", async () => {
    const { report, scene } = reporter();
    for (const stored of [versionOf(3), versionOf(3), versionOf(4), versionOf(4, 2), versionOf(4, 2)]) {
      await report(secret, stored);
    }
    const path = `~homing/read/${account}/${region}/checkout/payments/api-key`;
    deepEqual(
      scene.stored,
      [3, 4, 4].map((version) => `${path} {"version":${version},"cacheSeconds":60}`),
    );
  });

  it("is of the secrets alone that it was told, and none is made by a reader without a name", async () => {
    const { report, scene } = reporter();
    await report("payments/another", versionOf(3));
    const nameless = reporter(undefined, { readerName: "" });
    await nameless.report(secret, versionOf(3));
    deepEqual([scene.stored, nameless.scene.stored], [[], []]);
  });

  it("that fails fails no read: it is said once, and tried again a minute later", async () => {
    const { report, scene } = reporter(() => Promise.reject(retryableError("vault-denied", "write", "status 403")));
    await report(secret, versionOf(3));
    scene.time = 59_999;
    await report(secret, versionOf(3));
    equal(scene.stored.length, 1);
    scene.time = 60_000;
    await report(secret, versionOf(3));
    equal(scene.stored.length, 2);
    equal(scene.warnings.length, 1);
    match(scene.warnings[0] ?? "", /checkout can't report .* payments\/api-key .*vault-denied/);
    doesNotMatch(scene.warnings[0] ?? "", /hunter/);
  });

  it("that hangs holds a read up for two seconds, and no later one comes before it", async () => {
    const { report, scene } = reporter(never);
    scene.sleep = () => Promise.resolve();
    await report(secret, versionOf(3));
    await report(secret, versionOf(4));
    deepEqual([scene.pauses, scene.stored.length], [[2_000], 1]);
  });

  it("is stored without a look at what was there, and anything but a success is an error", async () => {
    const calls: Call[] = [];
    const kvOf = (status: number) =>
      makeKv({
        transport: (call) => {
          calls.push(call);
          return Promise.resolve({ status, text: "" });
        },
        token: { get: () => Promise.resolve("token"), drop: () => undefined },
        mount: "homing",
        namespace: "",
      });
    await storeReport(kvOf(200), "read/x", '{"version":3,"cacheSeconds":60}');
    const [{ method, path, body } = { method: "", path: "", body: "" }] = calls;
    deepEqual([method, path, body], ["POST", "/v1/homing/data/read/x", '{"data":{"version":3,"cacheSeconds":60}}']);
    for (const status of [204, 403, 503]) await rejects(storeReport(kvOf(status), "read/x", "{}"), /status/);
  });
});

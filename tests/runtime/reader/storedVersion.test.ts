import { deepEqual, equal, rejects } from "node:assert/strict";

import { loadStored } from "../../../runtime/reader/storedVersion";
import { isRetryableError } from "../../../runtime/shared/errors";
import { makeKv } from "../../../runtime/vault/kv";
import type { Answer, Call } from "../../../runtime/vault/transport";

const metadata = {
  created_time: "2026-03-01T12:00:00.5Z",
  custom_metadata: { v2: "1;AbCdEf;text;id" },
  deletion_time: "",
  destroyed: false,
  version: 2,
};
const answer = (status: number, body: unknown): Answer => ({
  status,
  text: typeof body === "string" ? body : JSON.stringify(body),
});

function loaderOf(...answers: readonly Answer[]) {
  const calls: Call[] = [];
  const dropped: string[] = [];
  let logins = 0;
  const kv = makeKv({
    transport: (call) => {
      calls.push(call);
      return Promise.resolve(answers[Math.min(calls.length, answers.length) - 1] ?? answer(500, ""));
    },
    token: {
      get: () => Promise.resolve(`token-${(logins += 1)}`),
      drop: (value) => dropped.push(value),
    },
    mount: "homing",
    namespace: "team",
  });
  return { load: () => loadStored(kv, "aws/1/r/a"), calls, dropped };
}

const failsAs = (code: string) => (error: unknown) => isRetryableError(error) && error.code === code;

describe("one read of a home", () => {
  it("gives value, labels and times of one answer, and asks for the data alone", async () => {
    const { load, calls } = loaderOf(answer(200, { data: { data: { value: "x" }, metadata } }));

    deepEqual(await load(), {
      is: "version",
      stored: {
        version: 2,
        createdTime: Date.parse("2026-03-01T12:00:00.500Z"),
        labels: { v2: "1;AbCdEf;text;id" },
        data: '{"value":"x"}',
      },
    });
    deepEqual(
      calls.map(({ method, path, headers }) => ({ method, path, namespace: headers["x-vault-namespace"] })),
      [{ method: "GET", path: "/v1/homing/data/aws/1/r/a", namespace: "team" }],
    );
  });

  it("knows an expiry and an entry without labels", async () => {
    const expiring = { ...metadata, deletion_time: "2026-03-02T12:00:00Z", custom_metadata: null };
    const found = await loaderOf(answer(200, { data: { data: {}, metadata: expiring } })).load();

    equal(found.is, "version");
    equal(found.stored.expiryTime, Date.parse("2026-03-02T12:00:00Z"));
    deepEqual(found.stored.labels, {});
  });

  it("tells a deleted version from a path that was never written", async () => {
    const gone = { ...metadata, deletion_time: "2026-03-01T13:00:00Z" };

    deepEqual(await loaderOf(answer(404, { data: { data: null, metadata: gone } })).load(), { is: "deleted" });
    deepEqual(await loaderOf(answer(404, { errors: [] })).load(), { is: "absent" });
  });

  it("takes no other 404 for either: a missing mount, nothing, a page of a proxy", async () => {
    const missing = { errors: ['no handler for route "homing/data/a"'] };

    await rejects(loaderOf(answer(404, missing)).load(), failsAs("vault-mount-missing"));
    await rejects(loaderOf(answer(404, "")).load(), failsAs("vault-failing"));
    await rejects(loaderOf(answer(404, {})).load(), failsAs("vault-failing"));
    await rejects(loaderOf(answer(404, "<html>")).load(), failsAs("vault-answer-unreadable"));
  });

  it("logs in anew once when it is denied", async () => {
    const value = answer(200, { data: { data: {}, metadata } });
    const once = loaderOf(answer(403, { errors: ["permission denied"] }), value);
    equal((await once.load()).is, "version");
    deepEqual(once.dropped, ["token-1"]);
    const always = loaderOf(answer(403, { errors: ["permission denied"] }));

    await rejects(always.load(), failsAs("vault-denied"));
    equal(always.calls.length, 2);
  });

  it("refuses an answer that has not Vault's form", async () => {
    for (const body of [
      {},
      { data: { data: {} } },
      { data: { data: {}, metadata: { ...metadata, created_time: "" } } },
    ]) {
      await rejects(loaderOf(answer(200, body)).load(), failsAs("vault-answer-unreadable"));
    }
  });
});

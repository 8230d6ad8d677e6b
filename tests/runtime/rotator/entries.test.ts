/** What Vault's answers mean for a rotation. */
import { deepEqual, equal, rejects } from "node:assert/strict";

import { makeEntries } from "../../../runtime/rotator/entries";
import { unrotated, writeRotation } from "../../../runtime/rotator/rotation";
import type { KvRequest } from "../../../runtime/vault/kv";
import type { Answer } from "../../../runtime/vault/transport";

const value = '{"value":"canary"}';
const times = '"created_time":"2026-01-01T00:00:00Z","deletion_time":""';
const holding = (data: string): Answer => ({
  status: 200,
  text: `{"data":{"data":${data},"metadata":{"version":3,${times}}}}`,
});
const written: Answer = { status: 200, text: `{"data":{"version":4,${times}}}` };
const deleted: Answer = { status: 404, text: `{"data":{"data":null,"metadata":{"version":3,${times}}}}` };
const absent: Answer = { status: 404, text: '{"errors":[]}' };
const mismatch: Answer = {
  status: 400,
  text: '{"errors":["check-and-set parameter did not match the current version"]}',
};
const tooLarge: Answer = { status: 413, text: "" };

function entriesOf(answer: Answer) {
  const sent: KvRequest[] = [];
  const perform = makeEntries(
    {
      send: (request) => {
        sent.push(request);
        return Promise.resolve(answer);
      },
      url: (api, path) => `/v1/homing/${api}/${path}`,
    },
    { home: "home", pending: "pending", reports: [{ reader: "checkout", path: "read/checkout" }] },
  );
  return { perform, sent };
}
const stopped = (outcome: string, reason: string) => ({ is: "stopped", outcome: { outcome, reason } });
const writeEntry = { is: "write-entry", rotation: unrotated, base: 3 } as const;
const writeHome = { is: "write-home", value, base: 3 } as const;

describe("the entries of a rotation", () => {
  it("are read where they are", async () => {
    deepEqual(await entriesOf(holding(value)).perform({ is: "read-home" }), {
      is: "home",
      home: { version: 3, createdTime: "2026-01-01T00:00:00Z", data: value },
    });
    deepEqual(await entriesOf(holding(writeRotation(unrotated))).perform({ is: "read-entry" }), {
      is: "entry",
      version: 3,
      rotation: unrotated,
    });
    deepEqual(await entriesOf(absent).perform({ is: "read-entry" }), { is: "entry", version: 0, rotation: unrotated });
  });

  it("tell of a home that the mover has copied and not moved yet", async () => {
    const v1 = "00000000-0000-4000-8000-000000000001";
    const label = `1;AbCdEf;fields;${v1}`;
    const told = (versionId: string, suffix = "AbCdEf") => `1;${suffix};${versionId};2026-01-01T00:00:00.000Z`;
    const stageWith = async (labels: unknown): Promise<unknown> => {
      const metadata = `{"version":3,${times},"custom_metadata":${JSON.stringify(labels)}}`;
      const text = `{"data":{"data":${value},"metadata":${metadata}}}`;
      const event = await entriesOf({ status: 200, text }).perform({ is: "read-home" });
      return event.is === "home" ? event.home.stage : event;
    };
    equal(await stageWith({ v3: label }), "copied");
    equal(await stageWith({ v3: label, deleting: told(v1) }), "copied");
    equal(await stageWith({ v3: label, deleted: told("another") }), "copied");
    equal(await stageWith({ v3: label, deleted: told(v1, "ZyXwVu") }), "copied");
    equal(await stageWith({ v3: label, deleting: told(v1), deleted: told(v1) }), undefined);
    // A person's version, a rotator's, and one whose labels somebody removed.
    equal(await stageWith({ v2: label }), undefined);
    equal(await stageWith({ v3: "2;newer" }), undefined);
    equal(await stageWith(null), undefined);
  });

  it("are read with the readers' reports, and what is none can't stop an attempt", async () => {
    const reportOf = async (answer: Answer): Promise<unknown> => {
      const { perform, sent } = entriesOf(answer);
      const event = await perform({ is: "read-reports" });
      equal(sent[0]?.path, "/v1/homing/data/read/checkout");
      return event.is === "reports" && event.reports[0]?.reader === "checkout" ? event.reports[0].report : event;
    };
    deepEqual(await reportOf(holding('{"version":7,"cacheSeconds":60,"more":1}')), {
      version: 7,
      createdTime: Date.parse("2026-01-01T00:00:00Z"),
      cacheSeconds: 60,
    });
    for (const data of [
      "{}",
      '{"version":7}',
      '{"version":"7","cacheSeconds":60}',
      '{"version":7,"cacheSeconds":-1}',
      "null",
      "[7]",
    ]) {
      equal(await reportOf(holding(data)), "absent", data);
    }
    for (const answer of [absent, deleted, { status: 403, text: "" }, { status: 503, text: "" }]) {
      equal(await reportOf(answer), "absent");
    }
  });

  it("that are not there, deleted or somebody else's stop the attempt", async () => {
    deepEqual(await entriesOf(absent).perform({ is: "read-home" }), stopped("refused", "home-absent"));
    deepEqual(await entriesOf(deleted).perform({ is: "read-home" }), stopped("refused", "home-deleted"));
    deepEqual(await entriesOf(deleted).perform({ is: "read-entry" }), stopped("refused", "pending-deleted"));
    deepEqual(await entriesOf(holding(value)).perform({ is: "read-entry" }), stopped("refused", "pending-unreadable"));
  });

  it("are written with the version that was read, and a value as its own text", async () => {
    const { perform, sent } = entriesOf(written);

    deepEqual(await perform(writeHome), {
      is: "home-written",
      home: { version: 4, createdTime: "2026-01-01T00:00:00Z", data: value },
    });
    equal(sent[0]?.body, `{"options":{"cas":3},"data":${value}}`);
    deepEqual(await perform(writeEntry), { is: "entry-written", version: 4, rotation: unrotated });
    equal(sent[1]?.path, "/v1/homing/data/pending");
  });

  it("that somebody changed meanwhile are told apart: the home is looked at again, the rotation is left", async () => {
    deepEqual(await entriesOf(mismatch).perform(writeHome), { is: "home-mismatch" });
    deepEqual(await entriesOf(mismatch).perform(writeEntry), stopped("nothing", "elsewhere"));
  });

  it("that Vault refuses to store are a failure with a reason, and a Vault that fails is tried again", async () => {
    deepEqual(await entriesOf(tooLarge).perform(writeHome), stopped("failed", "vault-rejected"));
    for (const call of [writeEntry, writeHome, { is: "read-home" }, { is: "read-entry" }] as const) {
      await rejects(entriesOf({ status: 503, text: "canary" }).perform(call), (error: Error) => {
        equal(error.name, "RetryableError");
        return !error.message.includes("canary");
      });
    }
  });
});

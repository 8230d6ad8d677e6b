import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";

import { placeOf } from "../../../runtime/model/stateTag";
import { checkTemplateRecord } from "../../../runtime/vault/templateRecord";
import type { Answer, Call } from "../../../runtime/vault/transport";
import { moverSettings } from "../../support/builders";

const neverWritten = { status: 404, text: '{"errors":[]}' };
const settings = moverSettings({ vaultNamespace: "team" });
const own = {
  mount: "homing",
  homePrefix: "aws",
  homeTemplate: "aws/{account}/{region}/{name}",
  place: placeOf(settings),
};
const recorded = (over: object = {}): Answer => ({
  status: 200,
  text: JSON.stringify({ data: { data: { ...own, ...over }, metadata: { version: 1 } } }),
});
const entry = "~homing/111122223333/eu-west-1";
const changed = { name: "RetryableError", code: "vault-template-changed" };

function record(answers: readonly Answer[], mayWrite = true) {
  const calls: Call[] = [];
  const dropped: string[] = [];
  const run = checkTemplateRecord(
    settings,
    (call) => {
      const answer = answers[calls.length];
      calls.push(call);
      return answer === undefined ? Promise.reject(new Error("one call too many")) : Promise.resolve(answer);
    },
    { get: () => Promise.resolve("token"), drop: (used) => dropped.push(used) },
    mayWrite,
  );
  return { calls, dropped, run };
}

describe("the record of the homes' place", () => {
  it("is content with its own", async () => {
    const { calls, run } = record([recorded()]);
    await run;
    deepEqual(
      calls.map(({ step, method, path }) => [step, method, path]),
      [["set-up", "GET", `/v1/homing/data/${entry}`]],
    );
    const headers = calls[0]?.headers ?? {};
    equal(headers["X-Vault-Token"], "token");
    equal(headers["X-Vault-Namespace"], "team");
  });

  const before = { ...own, place: "0123abcd" };
  for (const [what, other, said] of [
    [
      "another prefix",
      { ...before, homePrefix: "team", homeTemplate: "team/{account}/{region}/{name}" },
      "records homePrefix team, not aws, homeTemplate team/{account}/{region}/{name}, not aws/{account}/{region}/{name}; set it back and run pulumi up",
    ],
    ["another template", { ...before, homeTemplate: "aws/{name}" }, "records homeTemplate aws/{name}, not aws/"],
    ["another mount", { ...before, mount: "kv/old" }, "records mount kv/old, not homing;"],
    ["another namespace", before, `records the place (vaultNamespace) 0123abcd, not ${own.place};`],
    ["no place", { place: undefined }, "records the place (vaultNamespace) what no setting can be, not"],
    ["no prefix", { homePrefix: undefined }, "records homePrefix what no setting can be, not aws;"],
    ["a text that could be anything", { homeTemplate: "aws/\n{name}" }, "homeTemplate what no setting can be, not"],
  ] as const) {
    it(`refuses ${what}, and says what is recorded, what is set and what to do`, async () => {
      const { calls, run } = record([recorded(other)]);

      await rejects(run, (error: Error) => {
        ok(error.message.startsWith(`vault-template-changed at step set-up: ${entry} at homing records `));
        ok(error.message.includes(said), error.message);
        return true;
      });
      await rejects(record([recorded(other)]).run, changed);
      equal(calls.length, 1);
    });
  }

  it("that somebody deleted or destroyed is named as such, with the way out", async () => {
    for (const destroyed of [true, false]) {
      const gone = { data: null, metadata: { deletion_time: "2026-03-01T12:00:00Z", destroyed, version: 1 } };
      const { calls, run } = record([{ status: 404, text: JSON.stringify({ request_id: "x", data: gone }) }]);

      await rejects(run, (error: Error & { readonly code?: string }) => {
        equal(error.code, "vault-record-deleted");
        match(error.message, /vault kv undelete -mount=homing -versions=1 ~homing\/111122223333\/eu-west-1,/);
        match(error.message, /vault kv metadata delete -mount=homing ~homing\/111122223333\/eu-west-1,/);
        return true;
      });
      equal(calls.length, 1, "nothing is written over it");
    }
  });

  it("tells a mount of KV version 1, which gives back what it was sent", async () => {
    const text = JSON.stringify({ data: { options: { cas: 0 }, data: own } });

    await rejects(record([{ status: 200, text }]).run, (error: Error) => {
      match(error.message, /vault-mount-missing at step set-up: Vault's mount homing is not KV version 2/);
      return true;
    });
  });

  it("is written once where there is none, and read again", async () => {
    const { calls, run } = record([neverWritten, { status: 200, text: '{"data":{"version":1}}' }, recorded()]);
    await run;
    deepEqual(
      calls.map(({ method }) => method),
      ["GET", "POST", "GET"],
    );
    deepEqual(JSON.parse(calls[1]?.body ?? ""), { options: { cas: 0 }, data: own });
  });

  for (const [what, refusal] of [
    ["a mismatch", { status: 400, text: '{"errors":["check-and-set parameter did not match the current version"]}' }],
    ["a denial to write over it", { status: 403, text: '{"errors":["permission denied"]}' }],
  ] as const) {
    it(`of another container that was first, told by ${what}, is checked like any other`, async () => {
      const { dropped, run } = record([neverWritten, refusal, recorded()]);
      await run;
      deepEqual(dropped, []);
      await rejects(record([neverWritten, refusal, recorded({ homeTemplate: "aws/{name}" })]).run, changed);
    });
  }

  it("that can't be written is a denial, and not another container's", async () => {
    const { dropped, run } = record([neverWritten, { status: 403, text: "" }, neverWritten]);

    await rejects(run, { name: "RetryableError", code: "vault-denied" });
    deepEqual(dropped, ["token"]);
  });

  it("that Vault does not show after it was written is not taken for written", async () => {
    const { run } = record([neverWritten, { status: 200, text: '{"data":{"version":1}}' }, neverWritten]);

    await rejects(run, { name: "RetryableError", code: "vault-failing" });
  });

  it("is not written in mode audit", async () => {
    const { calls, run } = record([neverWritten], false);
    await run;
    equal(calls.length, 1);
  });

  for (const [what, answer, code] of [
    ["no mount", { status: 404, text: '{"errors":["no handler for route \\"homing/data\\""]}' }, "vault-mount-missing"],
    ["a denial", { status: 403, text: '{"errors":["permission denied"]}' }, "vault-denied"],
    ["a seal", { status: 503, text: '{"errors":["sealed"]}' }, "vault-sealed"],
    ["a redirect", { status: 307, text: "" }, "vault-redirected"],
    ["another 404", { status: 404, text: '{"errors":["x"]}' }, "vault-failing"],
    ["a page", { status: 200, text: "<html>" }, "vault-answer-unreadable"],
  ] as const) {
    it(`is never taken for absent on ${what}`, async () => {
      const { calls, dropped, run } = record([answer]);
      await rejects(run, { name: "RetryableError", code });
      equal(calls.length, 1);
      deepEqual(dropped, answer.status === 403 ? ["token"] : []);
    });
  }
});

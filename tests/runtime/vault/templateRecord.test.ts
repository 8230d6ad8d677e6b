import { deepEqual, equal, match, rejects } from "node:assert/strict";

import { checkTemplateRecord } from "../../../runtime/vault/templateRecord";
import type { Answer, Call } from "../../../runtime/vault/transport";
import { moverSettings } from "../../support/builders";

const neverWritten = { status: 404, text: '{"errors":[]}' };
const recorded = (homeTemplate: unknown): Answer => ({
  status: 200,
  text: JSON.stringify({ data: { data: { homeTemplate }, metadata: { version: 1 } } }),
});
const template = moverSettings().homeTemplate;

function record(answers: readonly Answer[], mayWrite = true) {
  const calls: Call[] = [];
  const dropped: string[] = [];
  const run = checkTemplateRecord(
    moverSettings({ vaultNamespace: "team" }),
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

describe("the record of the template", () => {
  it("is content with its own", async () => {
    const { calls, run } = record([recorded(template)]);
    await run;
    deepEqual(
      calls.map(({ step, method, path }) => [step, method, path]),
      [["set-up", "GET", "/v1/homing/data/aws/~mover"]],
    );
    const headers = calls[0]?.headers ?? {};
    equal(headers["X-Vault-Token"], "token");
    equal(headers["X-Vault-Namespace"], "team");
  });

  it("refuses another one, and says what to do", async () => {
    await rejects(record([recorded("aws/{name}")]).run, (error: Error) => {
      match(error.message, /homing\/aws\/~mover records another homeTemplate than aws\/\{account\}/);
      return true;
    });
    await rejects(record([recorded("aws/{name}")]).run, { code: "vault-template-changed" });
    await rejects(record([recorded(undefined)]).run, { code: "vault-template-changed" });
  });

  it("is written once where there is none, and read again", async () => {
    const { calls, run } = record([neverWritten, { status: 200, text: '{"data":{"version":1}}' }, recorded(template)]);
    await run;
    deepEqual(
      calls.map(({ method }) => method),
      ["GET", "POST", "GET"],
    );
    deepEqual(JSON.parse(calls[1]?.body ?? ""), { options: { cas: 0 }, data: { homeTemplate: template } });
  });

  it("of another container that was first is checked like any other", async () => {
    const mismatch = { status: 400, text: '{"errors":["check-and-set parameter did not match the current version"]}' };
    await record([neverWritten, mismatch, recorded(template)]).run;
    await rejects(record([neverWritten, mismatch, recorded("aws/{name}")]).run, { code: "vault-template-changed" });
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

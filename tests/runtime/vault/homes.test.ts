import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";

import { absentHome } from "../../../runtime/model/home";
import { isRetryableError } from "../../../runtime/shared/errors";
import { makeVaultHome } from "../../../runtime/vault/homes";
import type { TokenSource } from "../../../runtime/vault/token";
import type { Answer, Call } from "../../../runtime/vault/transport";

const neverWritten = '{"errors":[]}';
const noRoute = '{"errors":["no handler for route \\"homing/data/x\\". route entry not found."]}';
const made = "2026-03-01T11:00:00.000000001Z";
const value = (data: string, over: object = {}): string =>
  `{"request_id":"r","data":{"data":${data},"metadata":${JSON.stringify({ version: 3, created_time: made, deletion_time: "", destroyed: false, ...over })}}}`;

function homeOver(answers: readonly (Partial<Answer> | Answer)[], namespace = "") {
  const calls: Call[] = [];
  const dropped: string[] = [];
  let tokens = 1;
  const token: TokenSource = {
    get: () => Promise.resolve(`token-${tokens.toString()}`),
    drop: (used) => {
      dropped.push(used);
      tokens += 1;
    },
  };
  const home = makeVaultHome({
    transport: (call) => {
      const answer = answers[calls.length];
      calls.push(call);
      if (answer === undefined) throw new Error("one call too many");
      return Promise.resolve({ status: 200, text: "", ...answer });
    },
    token,
    mount: "homing",
    namespace,
  });
  return { home, calls, dropped };
}

type Home = ReturnType<typeof homeOver>["home"];
const operations: readonly (readonly [string, (home: Home) => Promise<unknown>])[] = [
  ["metadata", (home) => home.metadata("aws/x")],
  ["write", (home) => home.write("aws/x", '{"options":{"cas":0},"data":{"p":"hunter2"}}')],
  ["label", (home) => home.label("aws/x", { v1: "l", deleted: null })],
  ["read", (home) => home.read("aws/x")],
];

describe("a home's calls", () => {
  it("are the ones of KV version 2", async () => {
    const answers = [
      { status: 404, text: neverWritten },
      { text: '{"data":{"version":1}}' },
      { status: 204 },
      { text: value("{}") },
    ];
    const { home, calls } = homeOver(answers, "team/a");
    for (const [, run] of operations) await run(home);
    const common = { "x-vault-token": "token-1", "x-vault-request": "true", "x-vault-namespace": "team/a" };
    deepEqual(calls, [
      { step: "read-home", method: "GET", path: "/v1/homing/metadata/aws/x", headers: common },
      {
        step: "write",
        method: "POST",
        path: "/v1/homing/data/aws/x",
        headers: { ...common, "content-type": "application/json" },
        body: '{"options":{"cas":0},"data":{"p":"hunter2"}}',
      },
      {
        step: "label",
        method: "PATCH",
        path: "/v1/homing/metadata/aws/x",
        headers: { ...common, "content-type": "application/merge-patch+json" },
        body: '{"custom_metadata":{"v1":"l","deleted":null}}',
      },
      { step: "read-back", method: "GET", path: "/v1/homing/data/aws/x", headers: common },
    ]);
  });

  it("name no namespace where there is none", async () => {
    const { home, calls } = homeOver([{ status: 404, text: neverWritten }]);
    await home.metadata("x");
    ok(!("x-vault-namespace" in (calls[0]?.headers ?? {})));
  });

  it("encode what a URL would read otherwise", async () => {
    const { home, calls } = homeOver([{ status: 404, text: neverWritten }]);
    await home.metadata("aws/a b?c#d/..~");
    equal(calls[0]?.path, "/v1/homing/metadata/aws/a%20b%3Fc%23d/..~");
  });

  for (const [name, run] of operations) {
    it(`log in once more when ${name} is denied, and use the fresh token`, async () => {
      const second =
        name === "read"
          ? { text: value("{}") }
          : name === "write"
            ? { text: '{"data":{"version":1}}' }
            : name === "label"
              ? { status: 204 }
              : { status: 404, text: neverWritten };
      const { home, calls, dropped } = homeOver([{ status: 403, text: "{}" }, second]);
      await run(home);
      deepEqual(dropped, ["token-1"]);
      deepEqual(
        calls.map(({ headers }) => headers["x-vault-token"]),
        ["token-1", "token-2"],
      );
    });

    it(`give up when ${name} is denied with a fresh token too`, async () => {
      const { home, calls } = homeOver([{ status: 403 }, { status: 403 }]);
      await rejects(run(home), { name: "RetryableError", code: "vault-denied" });
      equal(calls.length, 2);
    });

    for (const [status, text, code] of [
      [404, noRoute, "vault-mount-missing"],
      [307, "", "vault-redirected"],
      [301, "", "vault-redirected"],
      [412, '{"errors":["x"]}', "vault-failing"],
      [429, "", "vault-throttled"],
      [472, "", "vault-sealed"],
      [473, "", "vault-sealed"],
      [503, '{"errors":["Vault is sealed"]}', "vault-sealed"],
      [500, '{"errors":["internal hunter2"]}', "vault-failing"],
      [502, "<html>hunter2</html>", "vault-failing"],
      [400, '{"errors":["Upgrading from non-versioned to versioned data."]}', "vault-failing"],
      [418, "", "vault-failing"],
    ] as const) {
      it(`take status ${status.toString()} of ${name} for a retryable error: ${code}`, async () => {
        const { home } = homeOver([{ status, text }]);
        await rejects(run(home), (error: unknown) => {
          ok(isRetryableError(error));
          equal(error.code, code);
          doesNotMatch(`${error.message}${error.stack ?? ""}`, /hunter2|Upgrading|html/);
          return true;
        });
      });
    }

    it(`pass on how long ${name} was asked to wait`, async () => {
      const { home } = homeOver([{ status: 429, retryAfter: 17 }]);
      await rejects(run(home), { code: "vault-throttled", retryAfter: 17 });
    });

    if (name !== "label") {
      for (const text of [
        "",
        "hunter2",
        "<html>",
        "{",
        "null",
        "[]",
        "{}",
        '{"data":null}',
        '{"data":{"version":"1"}}',
        '{"data":{"current_version":"1"}}',
      ]) {
        it(`can't read ${JSON.stringify(text)} as an answer to ${name}`, async () => {
          const { home } = homeOver([{ text }]);
          await rejects(run(home), (error: unknown) => {
            ok(isRetryableError(error));
            equal(error.code, "vault-answer-unreadable");
            doesNotMatch(`${error.message}${error.stack ?? ""}`, /hunter2/);
            return true;
          });
        });
      }
    }
  }
});

describe("metadata", () => {
  it("is absent only by Vault's own answer for a path that was never written", async () => {
    for (const text of [neverWritten, ' {"errors": []}\n', '{"errors":null}']) {
      deepEqual(await homeOver([{ status: 404, text }]).home.metadata("x"), absentHome);
    }
    for (const text of ["", "not found", '{"errors":["x"]}', '{"data":{}}', "<html>404</html>"]) {
      await rejects(homeOver([{ status: 404, text }]).home.metadata("x"), { name: "RetryableError" });
    }
  });
});

describe("a write", () => {
  const write = (answer: Partial<Answer>) => homeOver([answer]).home.write("x", "{}");

  it("tells the version that it made", async () => {
    deepEqual(await write({ text: '{"data":{"version":4,"created_time":"t"}}' }), { is: "written", version: 4 });
  });

  it("takes no other status below 300 for a proof that something was stored", async () => {
    for (const status of [201, 202, 204, 206]) {
      await rejects(write({ status, text: '{"data":{"version":1}}' }), { name: "RetryableError" });
    }
  });

  it("starts over on a check-and-set mismatch", async () => {
    const text = '{"errors":["check-and-set parameter did not match the current version"]}';
    deepEqual(await write({ status: 400, text }), { is: "mismatch" });
  });

  for (const [status, text] of [
    [500, "duplicate key 'a' in object"],
    [500, "malformed JSON, unterminated surrogate pair in string"],
    [500, "JSON input exceeds allowed nesting depth"],
    [500, "JSON array exceeds allowed element count"],
    [400, "malformed JSON, invalid number syntax"],
    [400, "expected a map, got 'string'"],
    [413, "request entity too large"],
  ] as const) {
    it(`knows a refusal for good: ${text}`, async () => {
      deepEqual(await write({ status, text: JSON.stringify({ errors: [text] }) }), { is: "rejected" });
    });
  }

  it("takes a check-and-set that the mount asks for in another way for a retryable error", async () => {
    const text = '{"errors":["check-and-set parameter required for this call"]}';
    await rejects(write({ status: 400, text }), { code: "vault-failing" });
  });
});

describe("a label", () => {
  const label = (answer: Partial<Answer>) => homeOver([answer]).home.label("x", { a: "b" });

  it("is written, refused for good, or has no entry to be on", async () => {
    deepEqual(await label({ status: 204 }), { is: "done" });
    deepEqual(await label({ status: 200, text: "{}" }), { is: "done" });
    deepEqual(await label({ status: 404, text: neverWritten }), { is: "gone" });
    // What Vault 1.21 really answers to a PATCH of metadata that is not there.
    deepEqual(await label({ status: 404, text: "" }), { is: "gone" });
    const text = '{"errors":["custom_metadata validation failed: length of value is 0"]}';
    deepEqual(await label({ status: 400, text }), { is: "rejected" });
  });
});

describe("a read", () => {
  const read = (answer: Partial<Answer>) => homeOver([answer]).home.read("x");

  it("gives the value's own text", async () => {
    deepEqual(await read({ text: value('{"n" : 1.10}') }), {
      is: "value",
      version: 3,
      createdTime: made,
      deletionTime: "",
      data: '{"n" : 1.10}',
    });
  });

  it("gives the expiry on", async () => {
    const answer = await read({ text: value("{}", { deletion_time: "2026-04-01T00:00:00Z" }) });
    match(answer.is === "value" ? answer.deletionTime : "", /^2026/);
  });

  it("gives an empty version and a deep one as they are, so that they compare as unequal", async () => {
    const deep = `{"a":${"[".repeat(290)}${"]".repeat(290)}}`;
    for (const data of ["null", deep]) {
      const answer = await read({ text: value(data) });
      equal(answer.is === "value" ? answer.data : "", data);
    }
  });

  it("is gone for a deleted version and for a deleted entry", async () => {
    deepEqual(await read({ status: 404, text: value("null", { deletion_time: "2026-01-01T00:00:00Z" }) }), {
      is: "gone",
    });
    deepEqual(await read({ status: 404, text: neverWritten }), { is: "gone" });
  });
});

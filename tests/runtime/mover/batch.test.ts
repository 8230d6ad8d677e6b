import { deepEqual, equal, match, ok } from "node:assert/strict";

import type { Outcome } from "../../../runtime/model/outcome";
import { makeBatch } from "../../../runtime/mover/batch";
import type { QueueMessage, Telemetry } from "../../../runtime/mover/batch";
import type { MoveRequest } from "../../../runtime/mover/run";
import { retryableError } from "../../../runtime/shared/errors";
import { arnOf } from "../../support/builders";

const outcomeOf = (over: Partial<Outcome> = {}): Outcome => ({
  outcome: "moved",
  reason: "proven",
  secret: "x",
  steps: {},
  ...over,
});

const message = (id: string, body: string, receives = 1): QueueMessage => ({
  messageId: id,
  receiptHandle: `handle of ${id}`,
  body,
  attributes: { ApproximateReceiveCount: receives.toString() },
});
const about = (id: string, secret: string, receives = 1): QueueMessage =>
  message(id, JSON.stringify({ secretId: secret }), receives);

function batchWith(move: (request: MoveRequest) => Promise<Outcome>, bury?: () => Promise<void>) {
  const seen = {
    requests: [] as MoveRequest[],
    rests: [] as [string, number][],
    buried: [] as [string, string][],
    told: [] as string[],
    /** Texts of the errors that are retried. */
    errors: [] as string[],
  };
  const telemetry: Telemetry = {
    outcome: (outcome) => seen.told.push(`${outcome.outcome} ${outcome.reason}`),
    retry: (secret, error, receives) => {
      seen.told.push(`retry ${secret} ${error.code} ${receives.toString()}`);
      seen.errors.push(error.message);
    },
    unreadable: (id) => seen.told.push(`unreadable ${id}`),
    dropped: (id, deadLetterId) => seen.told.push(`dropped ${id}, formerly ${deadLetterId}`),
    ignored: (id) => seen.told.push(`ignored ${id}`),
  };
  const batch = makeBatch({
    move: (request) => {
      seen.requests.push(request);
      return move(request);
    },
    queue: {
      delay: (handle, seconds) => {
        seen.rests.push([handle, seconds]);
        return Promise.resolve();
      },
      sendToDeadLetterQueue: async (body, id) => {
        await bury?.();
        seen.buried.push([id, body]);
      },
    },
    telemetry,
    now: () => 0,
    random: () => 0,
  });
  return { seen, run: (...messages: QueueMessage[]) => batch(messages, () => 60_000) };
}

const failed = (answer: {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}): readonly string[] => answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

describe("a batch", () => {
  it("moves every secret once, whatever number of messages name it", async () => {
    const { seen, run } = batchWith(() => Promise.resolve(outcomeOf()));
    const answer = await run(about("1", arnOf("a")), about("2", arnOf("b")), about("3", arnOf("a")));
    deepEqual(failed(answer), []);
    deepEqual(
      seen.requests.map(({ secret }) => secret),
      [arnOf("a"), arnOf("b")],
    );
  });

  it("fails every message of a secret that is to come again, and no other", async () => {
    const { seen, run } = batchWith(({ secret }) =>
      secret === "bad" ? Promise.reject(retryableError("vault-sealed", "write", "x")) : Promise.resolve(outcomeOf()),
    );
    const answer = await run(about("1", "bad"), about("2", "good"), about("3", "bad"));
    deepEqual(failed(answer), ["1", "3"]);
    deepEqual(
      seen.rests.map(([handle]) => handle),
      ["handle of 1", "handle of 3"],
    );
    ok(seen.told.includes("retry bad vault-sealed 1"));
  });

  for (const outcome of ["moved", "copied", "unchanged", "skipped", "refused", "failed"] as const) {
    it(`is done with a message whose secret was ${outcome}`, async () => {
      const { run } = batchWith(() => Promise.resolve(outcomeOf({ outcome })));
      deepEqual(failed(await run(about("1", "a"))), []);
    });
  }

  it("is done with a message whose secret settles: the sweep resumes it", async () => {
    const { run, seen } = batchWith(() => Promise.resolve(outcomeOf({ outcome: "deferred", reason: "settling" })));
    deepEqual(failed(await run(about("1", "a"))), []);
    deepEqual(seen.rests, []);
  });

  it("looks again in a minute where a deletion does not show yet", async () => {
    const { run, seen } = batchWith(() =>
      Promise.resolve(outcomeOf({ outcome: "deferred", reason: "deletion-unseen" })),
    );
    deepEqual(failed(await run(about("1", "a", 7))), ["1"]);
    deepEqual(seen.rests, [["handle of 1", 60]]);
  });

  it("delays a message longer each time, up to 15 minutes", async () => {
    const { run, seen } = batchWith(() => Promise.reject(retryableError("vault-unreachable", "write", "x")));
    for (const receives of [1, 2, 4, 30]) await run(about("1", "a", receives));
    deepEqual(
      seen.rests.map(([, seconds]) => seconds),
      [5, 10, 40, 900],
    );
    deepEqual(
      seen.requests.map(({ receiveCount }) => receiveCount),
      [1, 2, 4, 30],
    );
  });

  it("delays it as long as the server asked", async () => {
    const { run, seen } = batchWith(() => Promise.reject(retryableError("vault-throttled", "write", "x", 42)));
    await run(about("1", "a"));
    deepEqual(seen.rests, [["handle of 1", 42]]);
  });

  it("takes a count of receives that is no number for the first", async () => {
    const { run, seen } = batchWith(() => Promise.resolve(outcomeOf()));
    await run({ ...about("1", "a"), attributes: { ApproximateReceiveCount: "x" } });
    equal(seen.requests[0]?.receiveCount, 1);
  });

  it("puts what it can't read on the dead-letter queue, reports its id only, and fails nothing", async () => {
    const { run, seen } = batchWith(() => Promise.resolve(outcomeOf()));
    const answer = await run(
      message("1", "{secret"),
      about("2", "a"),
      message("3", "null"),
      message("4", '{"secretId":7}'),
    );
    deepEqual(failed(answer), []);
    deepEqual(seen.buried, [
      ["1", "{secret"],
      ["3", "null"],
      ["4", '{"secretId":7}'],
    ]);
    deepEqual(
      seen.told.filter((one) => one.startsWith("unreadable")),
      ["unreadable 1", "unreadable 3", "unreadable 4"],
    );
    ok(!seen.told.join().includes("{secret"));
  });

  /** A message as it comes back when somebody puts it back from the dead-letter queue: its attributes stay with it. */
  const putBack = (id: string, body: string, marks: Readonly<Record<string, string>>): QueueMessage => ({
    ...message(id, body),
    messageAttributes: Object.fromEntries(Object.entries(marks).map(([key, stringValue]) => [key, { stringValue }])),
  });
  const mark = { reason: "unreadable", messageId: "1" };

  it("drops what it still can't read after it was put back, says so, and fails nothing: else it would go round", async () => {
    const { run, seen } = batchWith(() => Promise.resolve(outcomeOf()));
    deepEqual(failed(await run(putBack("2", "{secret", mark))), []);
    deepEqual(seen.buried, []);
    deepEqual(seen.told, ["dropped 2, formerly 1"]);
  });

  it("moves what it can read now that it was put back", async () => {
    const { run, seen } = batchWith(() => Promise.resolve(outcomeOf()));
    deepEqual(
      failed(await run({ ...about("2", "a"), messageAttributes: { reason: { stringValue: "unreadable" } } })),
      [],
    );
    equal(seen.requests.length, 1);
  });

  it("drops nothing that it did not put on the dead-letter queue itself", async () => {
    const { run, seen } = batchWith(() => Promise.resolve(outcomeOf()));
    await run(
      putBack("2", "?", { ERROR_CODE: "NO_PERMISSIONS", RULE_ARN: "arn:aws:events:eu-west-1:111122223333:rule/r" }),
      putBack("3", "?", { reason: "unreadable" }),
      putBack("4", "?", { messageId: "1" }),
      putBack("5", "?", { ...mark, messageId: 'a line\n{"of":"a log"}' }),
    );
    deepEqual(
      seen.buried.map(([id]) => id),
      ["2", "3", "4", "5"],
    );
  });

  it("tries only that message again when the dead-letter queue does not take it", async () => {
    const { run } = batchWith(
      () => Promise.resolve(outcomeOf()),
      () => Promise.reject(retryableError("source-failing", "dead-letter", "x")),
    );
    deepEqual(failed(await run(message("1", "?"), about("2", "a"))), ["1"]);
  });

  it("ignores and counts events of other kinds", async () => {
    const { run, seen } = batchWith(() => Promise.resolve(outcomeOf()));
    deepEqual(failed(await run(message("1", '{"detail-type":"Scheduled Event"}'))), []);
    deepEqual(seen.told, ["ignored 1"]);
    deepEqual(seen.requests, []);
  });

  it("gives the time that is left on", async () => {
    const { run, seen } = batchWith(() => Promise.resolve(outcomeOf()));
    await run(about("1", "a"));
    equal(seen.requests[0]?.remainingMs(), 60_000);
  });

  it("has nothing to do with no message", async () => {
    const { run } = batchWith(() => Promise.resolve(outcomeOf()));
    deepEqual(failed(await run()), []);
  });

  it("tells where a defect was thrown, even if its message looks like such places or is empty", async () => {
    for (const text of ["", "x", "a\n    at hunter2 (/hunter2.js:1:2)\n    at /b/hunter2.js:3:4"]) {
      const { run, seen } = batchWith(() => Promise.reject(new TypeError(text)));

      await run(about("1", "a"));

      match(seen.errors.join("\n"), /TypeError at batch\.test\.ts:\d+:\d+( < [\w.-]+:\d+:\d+){1,4}/);
      ok(!seen.errors.join().includes("hunter2"));
    }
    const bare = Object.assign(new Error("hidden"), { stack: "another text\n    at hunter2.js:1:2" });
    const { run, seen } = batchWith(() => Promise.reject(bare));
    await run(about("1", "a"));
    ok(!seen.errors.join().includes("hunter2"));
  });

  it("tries only that message again after a defect, and tells its name without its text", async () => {
    const { run, seen } = batchWith(({ secret }) =>
      secret === "b" ? Promise.reject(new TypeError("quotes {secret}")) : Promise.resolve(outcomeOf()),
    );
    deepEqual(failed(await run(about("1", "a"), about("2", "b"))), ["2"]);
    ok(seen.told.some((one) => one.includes("defect") && one.includes("b")));
    ok(!seen.errors.join().includes("{secret"));
  });
});

import * as assert from "node:assert/strict";

import { awsFailure, explain, Failure } from "../../cli/failure";
import { commonPrefix, makeFilter, readDuration } from "../../cli/filter";
import { patienceMs, runFleet } from "../../cli/fleet";
import type { FleetPorts, News } from "../../cli/fleet";
import { makeListing } from "../../cli/listing";
import { readLine } from "../../cli/moverLog";
import { paceOf } from "../../cli/progress";
import type { Outcome } from "../../runtime/model/outcome";
import { retryableError } from "../../runtime/shared/errors";
import { arns, outcomeOf } from "./support/outcomes";

/** A fleet that ends every secret one look after it was sent. */
function fleet(over: Partial<FleetPorts> = {}): FleetPorts & { readonly sent: string[][]; time: number } {
  const sent: string[][] = [];
  let waiting: string[] = [];
  const state = {
    sent,
    time: 1_000_000,
    queued: 1_000,
    send: (batch: readonly string[]) => {
      sent.push([...batch]);
      waiting.push(...batch);
      return Promise.resolve();
    },
    news: () => {
      const news = waiting.map((secret): News => ({ is: "outcome", outcome: outcomeOf(secret), started: state.time }));
      waiting = [];
      return Promise.resolve(news);
    },
    now: (): number => state.time,
    sleep: (ms: number) => {
      state.time += ms;
      return Promise.resolve();
    },
    stopped: () => false,
    ...over,
  };
  return state;
}

describe("a run through the fleet", () => {
  const ended = (): { readonly outcomes: Outcome[]; readonly on: Parameters<typeof runFleet>[2] } => {
    const outcomes: Outcome[] = [];
    return { outcomes, on: { outcome: (outcome) => void outcomes.push(outcome), state: () => undefined } };
  };

  it("sends all in batches of ten, no more on the queue at once than it may, and ends when all have", async () => {
    const { outcomes, on } = ended();
    const ports = fleet({ queued: 25 });

    assert.deepEqual(await runFleet(arns(60), ports, on), { underWay: 0, unsent: 0 });

    assert.deepEqual(
      ports.sent.map(({ length }) => length),
      [10, 10, 5, 10, 10, 5, 10],
    );
    assert.equal(outcomes.length, 60);
  });

  it("takes no outcome from before, of another secret, or one whose message comes back", async () => {
    const { outcomes, on } = ended();
    const looks: readonly (readonly News[])[] = [
      [{ is: "outcome", outcome: outcomeOf("arn-0", { outcome: "refused" }), started: 0 }],
      [{ is: "outcome", outcome: outcomeOf("other"), started: 2_000_000 }],
      [
        {
          is: "outcome",
          outcome: outcomeOf("arn-0", { outcome: "deferred", reason: "deletion-unseen" }),
          started: 2_000_000,
        },
      ],
      [{ is: "retry", secret: "arn-0", code: "vault-sealed" }],
      [{ is: "outcome", outcome: outcomeOf("arn-0"), started: 2_000_000 }],
    ];
    let look = 0;

    await runFleet(["arn-0"], fleet({ news: () => Promise.resolve(looks[look++] ?? []) }), on);

    assert.deepEqual(outcomes, [outcomeOf("arn-0")]);
    assert.equal(look, 5);
  });

  it("leaves off at once when it is told to stop, and says what is under way and unsent", async () => {
    let looks = 0;
    const ports = fleet({ queued: 10, news: () => Promise.resolve([]), stopped: () => looks > 2 });
    const sleep = ports.sleep;

    const end = await runFleet(arns(30), { ...ports, sleep: (ms) => ((looks += 1), sleep(ms)) }, ended().on);

    assert.deepEqual(end, { underWay: 10, unsent: 20, cause: "stopped" });
  });

  it("does not wait for ever for a mover that is silent", async () => {
    const ports = fleet({ news: () => Promise.resolve([]) });

    const end = await runFleet(arns(1), ports, ended().on);

    assert.equal(end.cause, "silent");
    assert.ok(ports.time - 1_000_000 >= patienceMs);
  });
});

describe("a line of the mover's log", () => {
  it("tells an outcome or a retry, and nothing of a form that is not known", () => {
    const outcome = outcomeOf("arn-1", { arn: "arn-1", home: "homing/a" });
    const line = {
      level: "INFO",
      message: "moved",
      timestamp: "2026-03-01T12:00:01.000Z",
      durationMs: 250,
      ...outcome,
    };

    assert.deepEqual(readLine(JSON.stringify(line)), {
      is: "outcome",
      outcome,
      started: Date.parse("2026-03-01T12:00:00.750Z"),
    });
    assert.deepEqual(readLine('{"secret":"a","code":"vault-sealed","receives":2}'), {
      is: "retry",
      secret: "a",
      code: "vault-sealed",
    });
    for (const other of [
      "START RequestId",
      "{",
      "[]",
      '{"secret":"a","code":"new-code"}',
      JSON.stringify({ ...line, reason: "x" }),
    ]) {
      assert.equal(readLine(other), undefined, other);
    }
  });
});

describe("a filter", () => {
  it("that can't be meant is refused with a right one", () => {
    for (const [options, says] of [
      [{ name: ["dev *"] }, /--name "dev \*" matches no name: .* --name 'dev\/\*'/],
      [{ tag: ["=x"] }, /--tag "=x" is no tag: use --tag team/],
      [{ olderThan: "2 days" }, /--older-than 2 days is no time/],
      [{ olderThan: "7d", newerThan: "2h" }, /--newer-than must be longer than --older-than/],
    ] as const) {
      assert.throws(
        () => makeFilter(options, 0),
        (error) => error instanceof Failure && says.test(error.message),
      );
    }
    assert.equal(readDuration("--since", "90m"), 5_400_000);
  });

  it("lets the server leave out what the pattern leaves out, never more", () => {
    assert.equal(commonPrefix(["dev/a*"], ""), "dev/a");
    assert.equal(commonPrefix(["dev/*", "prod/*"], ""), "");
    assert.equal(commonPrefix(["*"], "app/"), "app/");
    assert.equal(commonPrefix(["other/*"], "app/"), "app/");
  });
});

describe("what a person reads", () => {
  const awsError = (name: string): Error => Object.assign(new Error("text of AWS"), { name, $fault: "client" });

  it("is one line that says what to do, with nothing that AWS or a parser said", () => {
    const lines: readonly [unknown, RegExp][] = [
      [
        awsFailure("ListSecrets", awsError("AccessDeniedException")),
        /^AWS denies ListSecrets \(AccessDeniedException\): get the permission/,
      ],
      [
        awsFailure("ListSecrets", awsError("ExpiredTokenException")),
        /^AWS refuses the credentials \(ExpiredTokenException\): log in to AWS anew/,
      ],
      [
        awsFailure("ListSecrets", Object.assign(new Error("text of AWS"), { name: "CredentialsProviderError" })),
        /^There are no AWS credentials/,
      ],
      [
        awsFailure("ListSecrets", Object.assign(new Error("text of AWS"), { code: "ECONNREFUSED" })),
        /^AWS did not answer ListSecrets \(ECONNREFUSED\)/,
      ],
      [
        retryableError("source-failing", "describe", "AWS answered with ExpiredTokenException"),
        /^AWS refuses the credentials \(ExpiredTokenException\)/,
      ],
      [retryableError("vault-denied", "read-home", "Vault answered with status 403"), /log in to Vault anew/],
      [new TypeError("text of AWS"), /^An error of this program: TypeError/],
      ["text of AWS", /^An error of this program/],
    ];
    for (const [error, says] of lines) {
      const line = explain(error);
      assert.match(line, says);
      assert.ok(!line.includes("text of AWS"), line);
      assert.ok(!line.includes("\n"), line);
    }
  });

  it("of a denied ListSecrets is the call and where the permissions are listed", async () => {
    const list = makeListing(() => Promise.reject(awsError("AccessDeniedException")), {
      region: "eu-west-1",
      namePrefix: "",
      pace: () => Promise.resolve(),
      describe: () => Promise.resolve(undefined),
    });

    await assert.rejects(
      list(undefined),
      /AWS denies ListSecrets .*docs\/command-line\.md lists what each command needs/,
    );
  });

  it("of a long run is its rate and the time left", () => {
    assert.equal(paceOf(100, 1_000, 10_000), "10/s, 1 min 30 s left");
    assert.equal(paceOf(5, 10_000, 1_000), "5.0/s, 33 min 19 s left");
    assert.equal(paceOf(0, 10, 0), "0.0/s");
    assert.equal(paceOf(1_000, undefined, 10_000), "100/s");
  });
});

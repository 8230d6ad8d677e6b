import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";

import { durationText } from "../../cli/rotationText";
import { readAnswer } from "../../cli/rotating";
import { unrotated } from "../../runtime/rotator/rotation";
import type { Retiring } from "../../runtime/rotator/rotation";
import { arnOf } from "../support/builders";
import { environmentAt } from "./support/fakeFunction";
import type { Listener } from "./support/fakeFunction";
import { listenAsRotators, rotatorFunction, rotatorName } from "./support/fakeRotator";
import type { RotatorScene } from "./support/fakeRotator";
import { runHere } from "./support/homing";
import type { Ended } from "./support/homing";

const minute = 60_000;
const day = 1_440 * minute;
const secret = "payments/api-key";
const timeText = (ms: number): string => `${new Date(ms).toISOString().replace("T", " ").slice(0, 19)} UTC`;

describe("homing rotate", () => {
  let aws: Listener;
  let scene: RotatorScene;
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    scene = {
      functions: [
        { name: "homing-prod-eu-west-1", variables: { HOMING_SECRET_NAME: secret } },
        rotatorFunction({ secretName: "another" }, "homing-shop-another-prod-eu-west-1-1a2b3c4d-rot"),
        rotatorFunction(),
      ],
      rotation: { ...unrotated, rotatedAt: now - day },
      home: homeOf(now - day),
      answers: [],
      instead: undefined,
      denied: [],
      events: [],
    };
    aws = await listenAsRotators(scene);
  });
  afterEach(() => {
    aws.close();
  });

  const homeOf = (created: number): RotatorScene["home"] => ({
    is: "home",
    home: { version: 4, createdTime: new Date(created).toISOString(), data: '{"value":"canary"}' },
  });
  const retiring = (notBefore: number): Retiring => ({
    ...unrotated,
    is: "retiring",
    rotatedAt: now - 10 * minute,
    current: '{"value":"canary"}',
    ending: ['{"value":"canary-former"}'],
    notBefore,
  });

  async function rotate(...more: readonly string[]): Promise<Ended> {
    const ended = await runHere(["rotate", ...more], environmentAt(aws));
    doesNotMatch(ended.out + ended.err, /canary/);
    return ended;
  }

  it("finds the function by the secret's name among all pages, and shows where its rotation stands", async () => {
    const { code, out, err } = await rotate(secret);

    deepEqual([code, err], [0, ""]);
    equal(
      out,
      [
        secret,
        `function  ${rotatorName}`,
        "schedule  rate(30 days); overlap 1 hour",
        `home      version 4 of ${timeText(now - day)}`,
        `rotated   ${timeText(now - day)}`,
        "stands    no rotation is under way",
        `next      rotates at the first look after ${timeText(now + 29 * day)}`,
        "",
      ].join("\n"),
    );
    deepEqual(scene.events, ['{"rotate":"status"}']);
  });

  it("shows a former value that lives, and until when; a status in JSON has no value and no empty time", async () => {
    scene.rotation = retiring(now + 50 * minute);
    scene.home = homeOf(now - 10 * minute);

    const { code, out } = await rotate(secret, "--status");
    equal(code, 0);
    match(out, /^stands {4}the home has the new value, and the former one still lives$/m);
    ok(out.includes(`former    1 value, until ${timeText(now + 50 * minute)} at least\n`), out);
    ok(out.includes(`next      ends what was replaced at the first look after ${timeText(now + 50 * minute)}\n`), out);

    const { records } = await rotate(arnOf(secret), "--json");
    deepEqual(records, [
      {
        type: "rotation",
        secret,
        home: records[0]?.["home"],
        function: rotatorName,
        schedule: "rate(30 days)",
        intervalSeconds: 30 * 86_400,
        overlapSeconds: 3_600,
        homeVersion: 4,
        step: "retiring",
        rotatedAt: new Date(now - 10 * minute).toISOString(),
        attempts: 0,
        ending: 1,
        nextAt: new Date(now + 50 * minute).toISOString(),
        needsPerson: false,
      },
    ]);
  });

  it("shows which readers a former value waits for, and until when at most", async () => {
    scene.rotation = retiring(now - minute);
    scene.home = homeOf(now - 61 * minute);
    scene.reports = [
      { reader: "checkout", report: { version: 4, createdTime: now, cacheSeconds: 0 } },
      { reader: "refunds", report: "absent" },
      { reader: "ledger", report: { version: 3, createdTime: now, cacheSeconds: 0 } },
    ];
    const last = timeText(now - minute + 23 * 60 * minute);

    const { code, out } = await rotate(secret, "--status");
    equal(code, 0);
    ok(out.includes(`former    1 value, until ${last} at most\n`), out);
    ok(out.includes("readers   refunds, ledger may still use it\n"), out);
    match(out, /^next {6}ends what was replaced once the readers have moved on, at the latest/m);
    const { records } = await rotate(secret, "--json");
    deepEqual(records[0]?.["readersBehind"], ["refunds", "ledger"]);
  });

  it("begins nothing while a reader that is named may use the former value, and says how long it lives on", async () => {
    scene.functions = [rotatorFunction({ readers: ["refunds"], longestOverlapSeconds: 86_400 })];
    scene.rotation = retiring(now - minute);
    scene.home = homeOf(now - 61 * minute);
    scene.reports = [{ reader: "refunds", report: "absent" }];
    const behind = await rotate(secret, "--now", "--yes");
    match(
      behind.out,
      /^Nothing is begun: the overlap is over, .* \(refunds\); it can begin once they have moved on, at the latest after/,
    );
    deepEqual([behind.code, scene.events.includes('{"rotate":"start"}')], [2, false]);

    scene.rotation = { ...unrotated, rotatedAt: now - day };
    scene.answers = [{ outcome: "rotated", reason: "rotated" }];
    const { code, out, err } = await rotate(secret, "--now", "--yes");
    equal(code, 0);
    for (const text of [out, err])
      match(text, /lives on for 1 hour, and for readers that\s+may still use it up to 1 day/);
  });

  it("shows an attempt without an end, what is overdue and where to look, and exit code 2", async () => {
    const base = { version: 4, createdTime: new Date(now - day).toISOString() };
    scene.rotation = {
      ...unrotated,
      is: "pending",
      base,
      current: '{"value":"canary"}',
      pending: '{"value":"canary-new"}',
      triesBefore: 0,
      wantedAt: now - 8 * day,
      tries: 4,
      claimedAt: now - 10 * minute,
      loose: ['{"value":"canary-loose"}'],
    };

    const { code, out } = await rotate(secret);

    equal(code, 2);
    match(out, /^rotated {3}never$/m);
    ok(out.includes(`attempt   4, begun ${timeText(now - 10 * minute)}, without an end so far\n`), out);
    match(out, /^former {4}1 value given up, which the target may still accept until after the next rotation$/m);
    match(out, /^next {6}has the target accept the new value, and writes it to the home at its next look/m);
    match(
      out,
      /^Needs you\n {2}three attempts in a row .*\n {2}a rotation has been due for over an hour\n {2}-> aws logs/m,
    );
  });

  it("says of a cron schedule that it comes first, and of a home that is missing that nothing follows", async () => {
    scene.functions = [rotatorFunction({ schedule: "cron(0 3 ? * TUE *)", intervalSeconds: 8 * 86_400 })];
    const { out } = await rotate(secret);
    match(out, /^schedule {2}cron\(0 3 \? \* TUE \*\) in UTC, and at an age of 8 days; overlap 1 hour$/m);
    match(out, /^next {6}rotates at the schedule's next time, at the latest after .* UTC$/m);

    scene.home = { is: "stopped", outcome: { outcome: "refused", reason: "home-deleted" } };
    const gone = await rotate(secret);
    equal(gone.code, 2);
    match(gone.out, /^next {6}nothing until the home is back\n\nNeeds you\n {2}home-deleted: the current version/m);
    deepEqual([(await rotate(secret, "--now", "--yes")).code, scene.events.length], [2, 3]);
  });

  it("rotates now: shows what it does, and waits for the attempt's end", async () => {
    scene.answers = [{ outcome: "rotated", reason: "rotated" }];

    const { code, out, err } = await rotate(secret, "--now", "--yes");

    deepEqual([code, scene.events], [0, ['{"rotate":"status"}', '{"rotate":"start"}']]);
    equal(
      err,
      `${secret}: Create, set and test, then version 5 of its home. What the home holds now lives on for 1 hour, and then ends.\n`,
    );
    match(
      out,
      /^rotated: the target accepts the new value, and the home holds it\. The former value lives on for 1 hour/,
    );
  });

  it("asks first: in a pipe without --yes, and with --json, nothing is begun", async () => {
    for (const more of [[], ["--json"]]) {
      const { code, err } = await rotate(secret, "--now", ...more);
      equal(code, 1);
      match(err, /Nobody is here to be asked: say --yes if this is meant\.\n$/);
    }
    ok(scene.events.every((event) => event === '{"rotate":"status"}'));
    equal((await rotate(secret, "--now", "--status", "--yes")).code, 1);
  });

  it("ends what is due first, and then rotates", async () => {
    scene.rotation = retiring(now - minute);
    scene.answers = [
      { outcome: "retired", reason: "retired" },
      { outcome: "rotated", reason: "rotated" },
    ];

    const { code, records, err } = await rotate(secret, "--now", "--yes", "--json");

    equal(code, 0);
    match(err, /Ends what was replaced, which is due\. Then create, set and test/);
    deepEqual(
      records.map(({ type, outcome }) => [type, outcome]),
      [
        ["attempt", "retired"],
        ["attempt", "rotated"],
      ],
    );
  });

  it("begins nothing while a former value lives, readers may use one, or an attempt may go on: exit code 2 and until when", async () => {
    scene.rotation = retiring(now + 50 * minute);
    const overlap = await rotate(secret, "--now", "--yes");
    equal(
      overlap.out,
      `Nothing is begun: readers may still use the former value; it can begin after ${timeText(now + 50 * minute)}.\n`,
    );

    scene.rotation = { ...unrotated, rotatedAt: now - day };
    scene.home = homeOf(now - 10 * minute);
    const fresh = await rotate(secret, "--now", "--yes");
    match(fresh.out, /^Nothing is begun: the home was changed a short time ago/);

    scene.rotation = { ...unrotated, tries: 1, claimedAt: now - 1_000, wantedAt: now };
    scene.home = homeOf(now - day);
    const waiting = await rotate(secret, "--now", "--yes");
    match(waiting.out, /^Nothing is begun: the last attempt is still going on/);

    deepEqual([overlap.code, fresh.code, waiting.code], [2, 2, 2]);
    ok(!scene.events.includes('{"rotate":"start"}'));
  });

  it("tells an attempt that failed, and one that needs a person, with exit code 2 and what follows", async () => {
    scene.answers = [
      { outcome: "failed", reason: "set-failed" },
      { outcome: "refused", reason: "home-unsupported" },
      { outcome: "nothing", reason: "elsewhere" },
    ];
    const [failed, refused, nothing] = [
      await rotate(secret, "--now", "--yes"),
      await rotate(secret, "--now", "--yes"),
      await rotate(secret, "--now", "--yes"),
    ];
    deepEqual([failed.code, refused.code, nothing.code], [2, 2, 2]);
    match(
      failed.out,
      /^failed: set threw, .*goes on by itself; .*\n-> aws logs tail \/aws\/lambda\/homing-shop-api-key/,
    );
    match(refused.out, /^refused: .* does not go on until you have put that right: docs\/rotation\.md\.$/m);
    match(nothing.out, /^nothing: another rotator/);
  });

  it("says that the pending path can't be read as a rotation", async () => {
    scene.instead = { outcome: "refused", reason: "pending-unreadable" };
    const shown = await rotate(secret);
    equal(shown.code, 2);
    match(shown.out, /Needs you\n {2}pending-unreadable: the entry at the pending path/);
    equal(
      (await rotate(secret, "--now", "--yes")).out,
      "Nothing is begun: the entry at the pending path is not what this program wrote there.\n",
    );
  });

  const errors: readonly (readonly [string, () => void, readonly string[], RegExp])[] = [
    [
      "no rotator of that secret",
      () => undefined,
      ["other"],
      /^No function in .* rotates other\. Those there rotate another, payments\/api-key: is it another region/,
    ],
    [
      "no rotator at all",
      () => (scene.functions = []),
      [secret],
      /^No function .*\. There is no rotator: is it another region/,
    ],
    ["a text that names no secret", () => undefined, ["a b"], /^"a b" names no secret/],
    [
      "a secret of another account",
      () => undefined,
      [arnOf(secret).replace(/\d{12}/, "999999999999")],
      /which is not that of this ARN/,
    ],
    [
      "several rotators",
      () => (scene.functions = [rotatorFunction(), rotatorFunction({}, "homing-two-rot")]),
      [secret],
      /^Several functions in .* rotate payments\/api-key: name one with --function: .*-1a2b3c4d-rot, homing-two-rot/,
    ],
    [
      "variables that AWS hides",
      () => (scene.functions = [{ name: rotatorName, variables: { HIDDEN: "1" } }]),
      [secret],
      /hides the variables of .*-rot: get kms:Decrypt/,
    ],
    [
      "variables that AWS hides of the one named",
      () => (scene.functions = [{ name: rotatorName, variables: { HIDDEN: "1" } }]),
      [secret, "--function", rotatorName],
      /does not show the variables/,
    ],
    [
      "a function that is none",
      () => (scene.functions = [{ name: "f", variables: {} }]),
      [secret, "--function", "f"],
      /^Function f is no rotator of this version: missing environment variables: /,
    ],
    [
      "a function of another secret",
      () => undefined,
      ["another", "--function", rotatorName],
      /rotates payments\/api-key, and not another/,
    ],
    ["a function that is not there", () => undefined, [secret, "--function", "f"], /^There is no function f in /],
    [
      "listing that is denied",
      () => (scene.denied = ["ListFunctions"]),
      [secret],
      /^AWS denies ListFunctions \(AccessDeniedException\): .* Or name the function with --function\.$/,
    ],
    [
      "a call that is denied",
      () => (scene.denied = ["Invoke"]),
      [secret],
      /^AWS denies InvokeFunction \(AccessDeniedException\)/,
    ],
    [
      "a function that can't reach Vault",
      () => (scene.instead = { outcome: "retry", code: "vault-unreachable" }),
      [secret],
      /can't go on for now \(vault-unreachable\): docs\/troubleshooting\.md/,
    ],
    [
      "a function that throws",
      () => (scene.answers = ["canary"]),
      [secret, "--now", "--yes"],
      /-rot ended with an error: its log group \/aws\/lambda\/.*-rot says why\.$/m,
    ],
    [
      "too many calls",
      () => (scene.answers = [429]),
      [secret, "--now", "--yes"],
      /AWS answered InvokeFunction with TooManyRequestsException/,
    ],
  ];
  for (const [what, set, args, says] of errors) {
    it(`ends with one line at ${what}`, async () => {
      set();
      const { code, out, err } = await rotate(...args);
      deepEqual([code, out], [1, ""]);
      match(err.split("\n").at(-2) ?? "", says);
    });
  }

  it("begins an attempt once only, also where its answer is lost", async () => {
    scene.answers = [429, { outcome: "rotated", reason: "rotated" }];
    equal((await rotate(secret, "--now", "--yes")).code, 1);
    equal(scene.events.filter((event) => event === '{"rotate":"start"}').length, 1);
  });

  it("repeats nothing of an answer that a rotator did not give", () => {
    const of = { functionName: "f", logGroupName: "/aws/lambda/f" };
    const status = {
      ...{
        is: "status",
        step: "idle",
        rotatedAt: 0,
        wantedAt: 0,
        tries: 0,
        claimedAt: 0,
        ending: 0,
        nextAt: 0,
        startAt: 0,
      },
      ...{ home: { is: "held", version: 1, createdTime: "" }, signs: { failing: 0 } },
    };
    const readers = (readersBehind: unknown): string => JSON.stringify({ ...status, readersBehind });
    const known = readAnswer(of, { Payload: Buffer.from(readers(["checkout"])) as never });
    deepEqual(known, { ...status, readersBehind: ["checkout"] });
    for (const text of [
      "canary",
      '{"outcome":"canary","reason":"rotated"}',
      '{"is":"status","step":"canary"}',
      readers("canary"),
      readers(["a canary"]),
      "null",
      '{"code":"canary"}',
    ]) {
      let message = "";
      try {
        readAnswer(of, { Payload: Buffer.from(text) as never });
      } catch (error) {
        message = String(error);
      }
      match(message, /an answer that this version does not know/);
      doesNotMatch(message, /canary/);
    }
    const more = { outcome: "rotated", reason: "rotated", value: "canary" };
    deepEqual(readAnswer(of, { Payload: Buffer.from(JSON.stringify(more)) as never }), {
      outcome: "rotated",
      reason: "rotated",
    });
  });

  it("writes seconds in the largest unit that has a whole number of them", () => {
    deepEqual([1, 90, 120, 3_600, 86_400, 90_000].map(durationText), [
      "1 second",
      "90 seconds",
      "2 minutes",
      "1 hour",
      "1 day",
      "25 hours",
    ]);
  });
});

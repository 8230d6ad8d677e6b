import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";

import { logText } from "../../cli/commands/log";
import type { News } from "../../cli/fleet";
import { arnOf, moverSettings } from "../support/builders";
import { environmentAt, functionName, listenAsAws } from "./support/fakeFunction";
import type { Listener, LogLine } from "./support/fakeFunction";
import { runHere } from "./support/homing";
import type { Ended } from "./support/homing";
import { outcomeOf } from "./support/outcomes";

const checkout = join(__dirname, "..", "..");

/** A line of the mover's log; its run took 5 ms. */
function line(name: string, timestamp: number, over: Parameters<typeof outcomeOf>[1] = {}): LogLine {
  const outcome = outcomeOf(arnOf(name), { arn: arnOf(name), ...over });
  return {
    timestamp,
    message: JSON.stringify({ ...outcome, timestamp: new Date(timestamp).toISOString(), durationMs: 5 }),
  };
}

describe("homing log", () => {
  let aws: Listener;
  let lines: LogLine[];
  /** From when on the log was asked for, each time. */
  let asked: number[];

  before(async () => {
    aws = await listenAsAws(
      () => moverSettings(),
      0,
      (from) => {
        asked.push(from);
        return lines.filter(({ timestamp }) => timestamp >= from);
      },
    );
  });
  after(() => {
    aws.close();
  });
  beforeEach(() => {
    [lines, asked] = [[], []];
  });

  const args = (...more: readonly string[]): readonly string[] => ["log", "--function", functionName, ...more];
  const log = (...more: readonly string[]): Promise<Ended> => runHere(args(...more), environmentAt(aws));

  it("shows a line each, what a person has to do below it, and exit code 2; without a login at Vault", async () => {
    const now = Date.now();
    const refused = { outcome: "refused", reason: "home-conflict" } as const;
    lines = [
      line("dev/hello", now - 3_000),
      { timestamp: now - 2_500, message: "START RequestId: 1" },
      line("dev/mine", now - 2_000, refused),
      {
        timestamp: now - 1_000,
        message: JSON.stringify({ secret: arnOf("dev/late"), code: "vault-sealed", level: "WARN" }),
      },
    ];
    const at = (ms: number): string => new Date(now - ms).toISOString().slice(0, 19).replace("T", " ");

    const { code, out, err } = await log();

    assert.deepEqual([code, err], [2, ""]);
    assert.equal(
      out,
      [
        `${at(3_000)}  moved: proven  dev/hello`,
        `${at(2_000)}  refused: home-conflict  dev/mine`,
        "    its home was written by somebody else",
        "    -> homing resolve dev/mine --take (or --keep)",
        `${at(1_000)}  again later: vault-sealed  dev/late`,
        "",
      ].join("\n"),
    );
  });

  it("ends with 0 when what was refused ended well afterwards", async () => {
    const now = Date.now();
    lines = [line("dev/a", now - 2_000, { outcome: "refused", reason: "home-conflict" }), line("dev/a", now - 1_000)];

    assert.equal((await log()).code, 0);
  });

  it("shows one secret by its name, its ARN or its home, of the last 26 hours; of all the last hour", async () => {
    lines = [line("dev/a", Date.now() - 7_200_000), line("dev/b", Date.now() - 1_000)];
    for (const named of [
      "dev/a",
      arnOf("dev/a"),
      `homing/aws/${moverSettings().account}/${moverSettings().region}/dev/a`,
    ]) {
      const { code, out } = await log(named);
      assert.equal(code, 0);
      assert.match(out, /^\S+ \S+ {2}moved: proven {2}dev\/a\n$/);
    }
    assert.match((await log()).out, /^[^\n]* dev\/b\n$/);
    const hours = asked.map((from) => Math.round((Date.now() - from) / 3_600_000));
    assert.deepEqual(hours, [26, 26, 26, 1]);
  });

  it("says that there is nothing, on standard error", async () => {
    assert.deepEqual(
      [await log(), await log("dev/nope", "--since", "3d")].map(({ code, out, err }) => [code, out, err]),
      [
        [0, "", "The mover has logged nothing of any secret in the last 1h.\n"],
        [0, "", "The mover has logged nothing of dev/nope in the last 3d.\n"],
      ],
    );
  });

  it("says in one line that a time is none", async () => {
    const { code, out, err } = await log("--since", "soon");
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^--since soon is no time: [^\n]*\n$/);
  });

  it("gives programs the same as JSON", async () => {
    const now = Date.now();
    lines = [line("dev/hello", now, { homeVersion: 3 })];

    const { code, records } = await log("--json");

    assert.equal(code, 0);
    const [first, last] = records;
    assert.deepEqual(
      [first?.["type"], first?.["at"], first?.["secret"], first?.["homeVersion"]],
      ["outcome", new Date(now).toISOString(), "dev/hello", 3],
    );
    assert.deepEqual(last, { type: "summary", command: "log", function: functionName, lines: 1, needsPerson: 0 });
  });

  describe("in a process of its own", function () {
    this.timeout(120_000);
    type Child = ChildProcessByStdio<null, Readable, Readable>;
    let child: Child | undefined;
    afterEach(() => {
      child?.kill("SIGKILL");
    });

    function start(...more: readonly string[]): Child {
      const script = join(checkout, "cli", "homing.js");
      child = spawn(process.execPath, [script, ...args(...more)], {
        cwd: checkout,
        env: { PATH: process.env["PATH"], ...environmentAt(aws) },
        stdio: ["ignore", "pipe", "pipe"],
      });
      return child;
    }

    const text = (stream: Readable): (() => string) => {
      let all = "";
      stream.on("data", (data: Buffer) => (all += data.toString("utf8")));
      return () => all;
    };
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
    };

    it("follows what is logged, shows each line once also where the log is late, and ends at Ctrl-C with 130", async () => {
      const now = Date.now();
      lines = [line("dev/one", now - 2_000)];
      const running = start("--follow");
      const [out, err] = [text(running.stdout), text(running.stderr)];

      await until(() => out().includes("dev/one"));
      // Logged before the line that was shown, and to be read only now.
      lines.unshift(line("dev/late", now - 12_000));
      lines.push(line("dev/two", Date.now()));
      await until(() => out().includes("dev/two"));
      const reads = asked.length;
      await until(() => asked.length > reads + 1);
      running.kill("SIGINT");
      const [code] = (await once(running, "close")) as [number];

      assert.equal(code, 130, err());
      assert.equal(err(), "Stopping.\n");
      const names = out()
        .trimEnd()
        .split("\n")
        .map((shown) => shown.split("  ").at(-1));
      assert.deepEqual(names, ["dev/one", "dev/late", "dev/two"]);
    });

    it("ends without a word when its reader has had enough", async () => {
      lines = Array.from({ length: 20_000 }, (_, index) => line(`dev/${index.toString()}`, Date.now() - 1_000));
      const running = start();
      const err = text(running.stderr);

      await once(running.stdout, "data");
      running.stdout.destroy();
      const [code] = (await once(running, "close")) as [number];

      assert.deepEqual([code, err()], [0, ""]);
    });

    it("goes on to its end when nobody reads its notes", async () => {
      lines = [];
      const running = start();
      running.stderr.destroy();
      const [code] = (await once(running, "close")) as [number];

      assert.equal(code, 0);
    });

    it("ends at a SIGTERM as at a Ctrl-C", async () => {
      lines = [line("dev/one", Date.now() - 1_000)];
      const running = start("--follow");
      const [out, err] = [text(running.stdout), text(running.stderr)];

      await until(() => out() !== "");
      running.kill("SIGTERM");
      const [code] = (await once(running, "close")) as [number];

      assert.deepEqual([code, err()], [130, "Stopping.\n"]);
    });
  });
});

describe("a line of homing log", () => {
  const news = (name: string, over: Parameters<typeof outcomeOf>[1] = {}): News => ({
    is: "outcome",
    outcome: outcomeOf(arnOf(name), { arn: arnOf(name), ...over }),
    started: 0,
    logged: 1_000,
  });
  const long = `dev/${"n".repeat(508)}`;

  it("keeps to a terminal's 80 columns, but for a name that is longer", () => {
    for (const reason of ["vault-own", "homes-moved", "tag-lost"] as const) {
      const lines = logText(news("dev/a-name-of-usual-length", { outcome: "refused", reason }), 80).split("\n");
      for (const shown of lines) assert.ok(shown.length <= 80, shown);
    }
    assert.equal(logText(news(long), 80), `1970-01-01 00:00:01  moved: proven\n    ${long}`);
  });

  it("is one line in a pipe, however long", () => {
    assert.equal(logText(news(long), Infinity), `1970-01-01 00:00:01  moved: proven  ${long}`);
  });
});

import * as assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { statusCommand } from "../../cli/commands/status";
import type { StatusCommandOptions } from "../../cli/commands/status";
import { explain } from "../../cli/failure";
import { readLog } from "../../cli/moverLog";
import { makeRefusals } from "../../cli/refusals";
import { arnOf } from "../support/builders";
import { writeByPerson } from "../support/fakeHome";
import { createSecret } from "../support/fakeSource";
import { deliver, makeWorld, pathOf } from "../support/world";
import type { World } from "../support/world";
import { environmentAt, listen } from "./support/fakeFunction";
import { outcomeOf } from "./support/outcomes";
import { sessionOn } from "./support/session";
import type { SceneOptions } from "./support/session";

/** A line of the mover's log, so many milliseconds after midnight. */
const lineAt = (ms: number, outcome: ReturnType<typeof outcomeOf>): { timestamp: number; message: string } => ({
  timestamp: ms,
  message: JSON.stringify({ ...outcome, timestamp: new Date(ms).toISOString(), durationMs: 5 }),
});

const refusal = (name: string, reason: "value-unsupported" | "undecryptable" = "value-unsupported") =>
  outcomeOf(arnOf(name), { arn: arnOf(name), outcome: "refused", reason });

/** Runs the command while CloudWatch Logs has these lines. */
async function status(
  world: World,
  lines: readonly { timestamp: number; message: string }[] = [],
  options: Partial<StatusCommandOptions> = {},
  scene: SceneOptions = {},
): Promise<{ code: number; out: string; summary: Readonly<Record<string, unknown>> }> {
  const logs = await listen((request: IncomingMessage, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ events: lines }));
  });
  const before = { ...process.env };
  Object.assign(process.env, environmentAt(logs));
  try {
    const [text, json] = [sessionOn(world, scene), sessionOn(world, { ...scene, json: true })];
    const code = await statusCommand(text.session, { since: "26h", ...options });
    assert.equal(await statusCommand(json.session, { since: "26h", ...options }), code);
    for (const line of text.out().split("\n")) assert.ok(line.length <= 80, `${line.length} columns: ${line}`);
    return { code, out: text.out(), summary: json.records().at(-1) ?? {} };
  } finally {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    logs.close();
  }
}

function worldOf(...names: readonly string[]): World {
  const world = makeWorld();
  for (const name of names) createSecret(world.source, name, `value of ${name}`);
  return world;
}

describe("what homing status says", () => {
  it("of a conflict is that it needs a person, with exit code 2", async () => {
    const world = worldOf("dev/conflict", "dev/moved");
    writeByPerson(world.home, pathOf("dev/conflict"), '{"value":"x"}', world.time);
    await deliver(world, "dev/moved");

    const { code, out, summary } = await status(world);

    assert.equal(code, 2);
    assert.match(
      out,
      /Needs you \(1\)\n +1 {2}home-conflict: its home was written by somebody else\n +dev\/conflict\n/,
    );
    assert.match(out, /-> homing resolve dev\/conflict --take/);
    assert.match(out, /1 secret moved and still restorable, 1 left/);
    assert.deepEqual([summary["needsPerson"], summary["moved"]], [1, 1]);
  });

  it("of what is moved is when it becomes final, with exit code 0", async () => {
    const world = worldOf("dev/moved");
    await deliver(world, "dev/moved");

    const { code, out } = await status(world);

    assert.equal(code, 0);
    assert.match(out, /The mover's deletions become final\n {2}2026-03-31 {2}1 secret/);
  });

  it("of a refusal in the log is the secrets that it still stands for, among those that the filter names", async () => {
    const world = worldOf("dev/binary", "dev/moved", "dev/since", "dev/exempt", "app/binary");
    await deliver(world, "dev/moved");
    createSecret(world.source, "dev/kept", "x", { tags: { "vault-mover-mode": "exempt" } });
    const lines = [
      ...["dev/binary", "dev/moved", "dev/since", "dev/kept", "dev/gone", "app/binary"].map((name, index) =>
        lineAt(1_000 + index, refusal(name)),
      ),
      lineAt(5_000, outcomeOf(arnOf("dev/since"), { arn: arnOf("dev/since") })),
    ];

    const { code, out, summary } = await status(world, lines, { name: ["dev/*"] });

    assert.equal(code, 2);
    assert.match(out, /log of the last 26h \(1\)\n +1 {2}value-unsupported: [^]*dev\/binary/);
    assert.deepEqual(summary["refused"], [{ reason: "value-unsupported", secrets: 1, examples: ["dev/binary"] }]);
  });

  it("does not say that what would be moved is in Vault", async () => {
    const { code, out } = await status(worldOf("dev/new"));

    assert.equal(code, 0);
    assert.doesNotMatch(out, /the home holds|found equal/);
  });

  it("of a filter that matches nothing is that", async () => {
    const line = await status(worldOf("dev/new"), [], { name: ["dve/*"] }).then(
      () => "",
      (error: unknown) => explain(error),
    );
    assert.match(line, /^No secret matches --name 'dve\/\*'/);
  });
});

describe("the mover's log of a day", () => {
  it("is read as a stream: memory does not grow with it", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const pages = 100;
    let [least, most] = [Infinity, 0];
    const client = {
      send({ input }: { input: { nextToken?: string } }) {
        const page = Number(input.nextToken ?? 0);
        if (page % 20 === 0) {
          collect();
          const used = process.memoryUsage().heapUsed;
          [least, most] = [Math.min(least, used), Math.max(most, used)];
        }
        const events = Array.from({ length: 1_000 }, (_, index) => {
          const name = `dev/${page}/${index}`;
          return lineAt(page * 1_000 + index, index === 0 ? refusal("dev/one") : outcomeOf(arnOf(name)));
        });
        return Promise.resolve({ events, ...(page + 1 < pages ? { nextToken: `${page + 1}` } : {}) });
      },
    };
    const refusals = makeRefusals();
    let lines = 0;

    await readLog(client as never, { logGroupName: "log", from: 0 }, (news) => {
      lines += 1;
      refusals.add(news);
      return undefined;
    });

    assert.equal(lines, pages * 1_000);
    assert.deepEqual([...refusals.byArn()], [[arnOf("dev/one"), "value-unsupported"]]);
    assert.ok(most - least < 5_000_000, `${((most - least) / 1e6).toFixed(1)} MB`);
  });

  it("ends a refusal by a later outcome only, in whatever order they come", () => {
    const refusals = makeRefusals();
    const told = (started: number, outcome: ReturnType<typeof outcomeOf>) => {
      refusals.add({ is: "outcome", outcome, started, logged: started });
    };

    told(10, refusal("a"));
    told(5, outcomeOf(arnOf("a")));
    told(10, refusal("b", "undecryptable"));
    told(15, outcomeOf(arnOf("b")));

    assert.deepEqual([...refusals.byArn()], [[arnOf("a"), "value-unsupported"]]);
  });
});

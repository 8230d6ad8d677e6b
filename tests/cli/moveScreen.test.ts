import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { moveCommand } from "../../cli/commands/move";
import type { MoveCommandOptions } from "../../cli/commands/move";
import type { Session } from "../../cli/session";
import { explain } from "../../cli/failure";
import { environmentAt, listen } from "./support/fakeFunction";
import { sessionOn } from "./support/session";
import type { SceneOptions } from "./support/session";
import { writeByPerson } from "../support/fakeHome";
import { change, createSecret, isScheduled } from "../support/fakeSource";
import { deliver, makeWorld, pathOf } from "../support/world";
import type { World } from "../support/world";

interface Moved {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
  /** What was put on the queue. */
  readonly sent: readonly string[];
}

/** SQS's answer about a message that it took; its client compares the digest. */
const takenOf = ({ Id, MessageBody }: { Id: string; MessageBody: string }): object => ({
  Id,
  MessageId: Id,
  MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
});

/** Runs the command against a queue whose mover handles all at once, unless it is silent, and logs what it did. */
async function move(
  world: World,
  options: Partial<MoveCommandOptions> = {},
  scene: SceneOptions & { readonly silent?: boolean } & Partial<Pick<Session, "isReadByService">> = {},
): Promise<Moved> {
  const sent: string[] = [];
  const lines: { timestamp: number; message: string }[] = [];
  const aws = await listen((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString("utf8")));
    request.on("end", () => {
      const answer = (value: object): void => {
        response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
        response.end(JSON.stringify(value));
      };
      if (request.headers["x-amz-target"] === "Logs_20140328.FilterLogEvents") {
        answer({ events: lines });
        return;
      }
      const { Entries } = JSON.parse(body) as { Entries: { Id: string; MessageBody: string }[] };
      const arns = Entries.map(({ MessageBody }) => (JSON.parse(MessageBody) as { secretId: string }).secretId);
      sent.push(...arns);
      const handled = scene.silent === true ? [] : arns;
      void Promise.all(handled.map((arn) => deliver(world, arn))).then((outcomes) => {
        for (const outcome of outcomes) {
          const at = new Date(world.time).toISOString();
          lines.push({ timestamp: world.time, message: JSON.stringify({ ...outcome, timestamp: at, durationMs: 5 }) });
        }
        answer({ Successful: Entries.map(takenOf), Failed: [] });
      });
    });
  });
  const before = { ...process.env };
  Object.assign(process.env, environmentAt(aws));
  try {
    const { session, out, err } = sessionOn(world, { settings: { queueUrl: `${aws.address}/1/homing` }, ...scene });
    const { isReadByService = session.isReadByService } = scene;
    const code = await moveCommand({ ...session, isReadByService, queued: 1_000 }, options).catch((error: unknown) =>
      explain(error),
    );
    for (const line of `${out()}${err()}`.split("\n")) assert.ok(line.length <= 80, `${line.length} columns: ${line}`);
    return { code, out: out(), err: err(), sent };
  } finally {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    aws.close();
  }
}

const worldOf = (...names: readonly string[]): World => {
  const world = makeWorld();
  for (const name of names) createSecret(world.source, name, `value of ${name}`);
  return world;
};

describe("what homing move says", () => {
  it("first is the plan, and without --yes and anybody to ask it begins nothing", async () => {
    for (const local of [false, true]) {
      const { code, err, sent } = await move(worldOf("dev/a", "dev/b"), local ? {} : { local: false });

      assert.equal(code, "Nobody is here to be asked: say --yes if this is meant.");
      assert.match(err, /Would do \(2\)\n +2 {2}move: copied where Vault[^]*dev\/a, dev\/b/);
      assert.deepEqual(sent, []);
    }
  });

  it("with --yes is the plan and what became of each kind", async () => {
    const world = worldOf("dev/a", "dev/b");

    const { code, out, err, sent } = await move(world, { yes: true });

    assert.equal(code, 0);
    assert.equal(sent.length, 2);
    assert.match(err, /Would do \(2\)/);
    assert.match(
      out,
      /Ended \(2\)\n +2 {2}moved: the home holds this version[^]*dev\/a, dev\/b\n[^]*All 2 secrets ended\./,
    );
  });

  it("reads no resource policy before it begins, and says that one may keep a secret", async () => {
    const world = worldOf("dev/a", "dev/read-by-service");
    const [, secret] = world.source.secrets;
    assert.ok(secret);
    const Statement = [{ Effect: "Allow", Principal: { Service: "ecs.amazonaws.com" }, Action: "*", Resource: "*" }];
    change(secret, { policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    let read = 0;
    const isReadByService = (): Promise<boolean> => {
      read += 1;
      return Promise.resolve(true);
    };

    const asked = await move(world, {}, { isReadByService });
    const { out, err, code } = await move(world, { yes: true }, { isReadByService });

    assert.match(asked.err, /Would do \(2\)[^]*A secret stays if its resource policy lets an AWS service read it/);
    assert.equal(read, 0);
    assert.equal(code, 0);
    assert.match(err, /Would do \(2\)/);
    assert.match(out, /1 {2}moved: [^]*1 {2}skipped: [^]*dev\/read-by-service/);
    assert.equal(isScheduled(secret), false);
  });

  it("with --policies reads them first, and says what they keep", async () => {
    const { err, sent } = await move(
      worldOf("dev/a"),
      { policies: true },
      { isReadByService: () => Promise.resolve(true) },
    );

    assert.doesNotMatch(err, /A secret stays if/);
    assert.deepEqual(sent, []);
  });

  it("of a conflict is that it needs a person, with exit code 2, and not that there is nothing to do", async () => {
    const world = worldOf("dev/conflict");
    writeByPerson(world.home, pathOf("dev/conflict"), '{"value":"x"}', world.time);

    const { code, out, sent } = await move(world);

    assert.deepEqual([code, sent.length], [2, 0]);
    assert.match(out, /Needs you \(1\)/);
    assert.doesNotMatch(out, /nothing to do/);
  });

  it("where there is nothing to do is that, without a question", async () => {
    const world = worldOf("dev/a");
    await deliver(world, "dev/a");

    const { code, out } = await move(world);

    assert.deepEqual([code, out], [0, "There is nothing to do.\n"]);
  });

  it("of a filter that matches nothing is that", async () => {
    assert.match(
      String((await move(worldOf("dev/a"), { name: ["dve/*"] })).code),
      /^No secret matches --name 'dve\/\*'/,
    );
  });

  it("after a Ctrl-C is how many may still be handled, and how many were not sent", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `many/${index}`);
    let asked = 0;
    // The plan asks once for each secret and page, and the run before each batch: it stops in the middle of it.
    const stopped = (): boolean => (asked += 1) > 70;

    const { code, sent } = await move(worldOf(...names), { yes: true }, { stopped, silent: true });

    assert.match(
      String(code),
      /^Stopped: the mover goes on by itself with up to \d+ secrets that it was sent, and \d+ were not sent\. Run the same command again\.$/,
    );
    const [under = 0, unsent = 0] = [...String(code).matchAll(/\d+/g)].map(Number);
    assert.deepEqual([under, under + unsent], [sent.length, 60]);
    assert.ok(under <= 30, `${under}`);
  });
});

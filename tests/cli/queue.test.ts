import * as assert from "node:assert/strict";

import { makeBusyText, makeQueue } from "../../cli/queue";
import { environmentAt, listen } from "./support/fakeFunction";
import { sessionOn } from "./support/session";
import { makeWorld } from "../support/world";

describe("a mover that is busy with others", () => {
  it("is worth a word after some lines, with how many messages wait before, asked every ten seconds at most", async () => {
    let [time, asked] = [0, 0];
    const waiting = (): Promise<number> => {
      asked += 1;
      return Promise.resolve(6_025 - 1_000 * (asked - 1));
    };
    const text = makeBusyText(waiting, () => time);

    assert.equal(await text(49, 25), "");
    assert.equal(asked, 0);
    assert.equal(await text(50, 25), "the mover is busy with others, about 6,000 wait before these");
    time += 9_999;
    assert.match(await text(900, 25), /about 6,000 /);
    time += 1;
    assert.match(await text(1_000, 25), /about 5,000 /);
    assert.equal(asked, 2);
    assert.equal(await text(0, 25), "");
  });

  it("never has fewer than none before", async () => {
    assert.match(await makeBusyText(() => Promise.resolve(3), Date.now)(50, 25), /about 0 wait/);
  });

  it("is told without a number where the login may not ask", async () => {
    assert.equal(
      await makeBusyText(() => Promise.resolve(undefined), Date.now)(50, 25),
      "the mover is busy with others",
    );
  });

  for (const [what, status, body, number] of [
    ["the estimate of SQS", 200, { Attributes: { ApproximateNumberOfMessages: "6005" } }, 6_005],
    ["nothing, where AWS denies it", 400, { __type: "AccessDeniedException" }, undefined],
    ["nothing, where the answer has no number", 200, {}, undefined],
  ] as const) {
    it(`has ${what}`, async () => {
      const targets: unknown[] = [];
      const aws = await listen((request, response) => {
        targets.push(request.headers["x-amz-target"]);
        response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
        response.end(JSON.stringify(body));
      });
      const before = { ...process.env };
      Object.assign(process.env, environmentAt(aws));
      const queue = makeQueue(sessionOn(makeWorld(), { settings: { queueUrl: `${aws.address}/1/homing` } }).session);
      try {
        assert.equal(await queue.waiting(), number);
        assert.deepEqual(targets, ["AmazonSQS.GetQueueAttributes"]);
      } finally {
        queue.close();
        for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
        Object.assign(process.env, before);
        aws.close();
      }
    });
  }
});

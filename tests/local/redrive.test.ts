import { deepEqual, equal, rejects } from "node:assert/strict";

import { SQSClient } from "@aws-sdk/client-sqs";

import { redrive } from "../../local/redrive";

const queueUrl = "http://127.0.0.1/main";
const deadLetterQueueUrl = "http://127.0.0.1/dead";

interface Input {
  readonly QueueUrl: string;
  readonly MessageBody?: string;
  readonly ReceiptHandle?: string;
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
}

/** Two queues behind a client; receipt handles are the messages' ids. */
function queues(bodies: readonly string[], refuse: (call: string, input: Input) => boolean = () => false) {
  const dead = new Map(bodies.map((body, index) => [`id-${index}`, body]));
  const hidden = new Set<string>();
  const main: string[] = [];
  const calls: string[] = [];
  const answer = (call: string, input: Input): object => {
    if (refuse(call, input)) throw new Error(`${call} is refused`);
    const { MessageBody, ReceiptHandle: handle = "" } = input;
    calls.push(`${call} ${MessageBody ?? dead.get(handle) ?? ""}`.trim());
    switch (call) {
      case "ReceiveMessageCommand": {
        const found = [...dead].filter(([id]) => !hidden.has(id)).slice(0, input.MaxNumberOfMessages);
        for (const [id] of found) hidden.add(id);
        return { Messages: found.map(([id, Body]) => ({ MessageId: id, ReceiptHandle: id, Body })) };
      }
      case "SendMessageCommand":
        main.push(MessageBody ?? "");
        return {};
      case "DeleteMessageCommand":
        dead.delete(handle);
        hidden.delete(handle);
        return {};
      default:
        if (input.VisibilityTimeout === 0) hidden.delete(handle);
        return {};
    }
  };
  const sqs = new SQSClient({ region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } });
  sqs.middlewareStack.add(
    (_, { commandName = "" }) =>
      (args) =>
        Promise.resolve().then(() => ({
          output: { $metadata: {}, ...answer(commandName, args.input as Input) },
          response: {},
        })),
    { step: "initialize", priority: "high" },
  );
  return { dead, hidden, main, calls, run: () => redrive({ sqs, queueUrl, deadLetterQueueUrl }) };
}

const about = (secretId: string): string => JSON.stringify({ secretId });

describe("redrive", () => {
  it("has nothing to do with an empty queue", async () => {
    deepEqual(await queues([]).run(), { moved: 0, unreadable: [] });
  });

  it("moves all that name a secret, more than one batch of them", async () => {
    const bodies = Array.from({ length: 37 }, (_, index) => about(`secret-${index}`));
    const { run, dead, main } = queues(bodies);
    deepEqual(await run(), { moved: 37, unreadable: [] });
    equal(dead.size, 0);
    deepEqual([...main].sort(), [...bodies].sort());
  });

  it("leaves what names no secret, visible again, and tells its id only", async () => {
    const bodies = ["{", about("a"), '{"detail-type":"Something Else"}', "null"];
    const { run, dead, main, hidden } = queues(bodies);
    deepEqual(await run(), { moved: 1, unreadable: ["id-0", "id-2", "id-3"] });
    deepEqual([...dead.keys()], ["id-0", "id-2", "id-3"]);
    deepEqual(main, [about("a")]);
    equal(hidden.size, 0);
  });

  it("finds what is behind more than a batch of unreadable messages", async () => {
    const { run, main } = queues([...Array.from({ length: 25 }, () => "{"), about("a")]);
    equal((await run()).unreadable.length, 25);
    deepEqual(main, [about("a")]);
  });

  it("sends each message before it deletes it", async () => {
    const { run, calls } = queues([about("a")]);
    await run();
    const ends = calls.filter((call) => !call.startsWith("Receive"));
    deepEqual(ends, [`SendMessageCommand ${about("a")}`, `DeleteMessageCommand ${about("a")}`]);
  });

  it("keeps a message that could not be sent, moves its neighbours, and fails", async () => {
    const { run, dead, main } = queues(
      [about("a"), about("b"), about("c"), "{"],
      (call, { MessageBody }) => call === "SendMessageCommand" && MessageBody === about("b"),
    );
    await rejects(run(), /SendMessageCommand is refused/);
    deepEqual([...dead.values()], [about("b"), "{"]);
    deepEqual([...main].sort(), [about("a"), about("c")]);
  });

  it("leaves a message on both queues rather than on none when it can't be deleted", async () => {
    const { run, dead, main } = queues([about("a")], (call) => call === "DeleteMessageCommand");
    await rejects(run(), /DeleteMessageCommand is refused/);
    deepEqual([...dead.values()], [about("a")]);
    deepEqual(main, [about("a")]);
  });

  it("shows the unreadable ones again even when it fails", async () => {
    const { run, hidden } = queues(["{", about("a")], (call) => call === "SendMessageCommand");
    await rejects(run());
    equal(hidden.has("id-0"), false);
  });
});

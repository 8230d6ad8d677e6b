import { deepEqual, equal, ok, rejects } from "node:assert/strict";

import type { ListSecretsCommandInput, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SendMessageBatchCommandInput, SQSClient } from "@aws-sdk/client-sqs";

import { makeRateLimit } from "../../../runtime/shared/rateLimit";
import { makeSecretList } from "../../../runtime/sweeper/secretList";
import { makeSweepQueue } from "../../../runtime/sweeper/sweepQueue";

/** Clients that answer every command by a function. */
const secretsBy = (answer: (input: ListSecretsCommandInput) => unknown): SecretsManagerClient =>
  ({
    send: async ({ input }: { input: ListSecretsCommandInput }) => Promise.resolve(answer(input)),
  }) as unknown as SecretsManagerClient;
const queueBy = (answer: (input: SendMessageBatchCommandInput) => unknown): SQSClient =>
  ({
    send: async ({ input }: { input: SendMessageBatchCommandInput }) => Promise.resolve(answer(input)),
  }) as unknown as SQSClient;

describe("the list of secrets", () => {
  function listOver(namePrefix: string, answer: object = {}) {
    const inputs: ListSecretsCommandInput[] = [];
    const client = secretsBy((input) => {
      inputs.push(input);
      return answer;
    });
    return { inputs, list: makeSecretList(client, namePrefix, () => Promise.resolve()) };
  }

  it("asks for full pages, the latest change first, without deletions", async () => {
    const { inputs, list } = listOver("app/");

    await list("recent", undefined);
    await list("recent", "token");

    const asked = {
      MaxResults: 100,
      Filters: [{ Key: "name", Values: ["app/"] }],
      SortBy: "last-changed-date",
      SortOrder: "desc",
    };
    deepEqual(inputs, [asked, { ...asked, NextToken: "token" }]);
  });

  it("asks for everything with deletions", async () => {
    const { inputs, list } = listOver("");

    await list("all", undefined);

    deepEqual(inputs, [{ MaxResults: 100, IncludePlannedDeletion: true }]);
  });

  it("asks for all that carries the mover's tag, whatever its name, with deletions", async () => {
    const { inputs, list } = listOver("app/");

    await list("tagged", undefined);

    deepEqual(inputs, [
      { MaxResults: 100, Filters: [{ Key: "tag-key", Values: ["vault-mover"] }], IncludePlannedDeletion: true },
    ]);
  });

  it("does not filter by a prefix that the server would take for a negation", async () => {
    const { inputs, list } = listOver("!app");

    await list("all", undefined);

    equal(inputs[0]?.Filters, undefined);
  });

  it("reads names, dates and tags, and no more", async () => {
    const { list } = listOver("", {
      SecretList: [
        { ARN: "arn:a", Name: "a", LastChangedDate: new Date(5_000), Tags: [{ Key: "vault-mover", Value: "x" }, {}] },
        { ARN: "arn:b", Name: "b", DeletedDate: new Date(1), OwningService: "rds" },
        { ARN: "arn:c", Name: "c", Type: "external" },
        { Name: "no ARN" },
      ],
      NextToken: "more",
    });

    deepEqual(await list("all", undefined), {
      entries: [
        {
          secretId: "arn:a",
          name: "a",
          changedAt: 5_000,
          scheduled: false,
          tag: "x",
          tags: ["vault-mover"],
          serviceOwned: false,
        },
        { secretId: "arn:b", name: "b", scheduled: true, tags: [], serviceOwned: true },
        { secretId: "arn:c", name: "c", scheduled: false, tags: [], serviceOwned: true },
      ],
      next: "more",
    });
  });

  it("is an empty last page when AWS says nothing", async () => {
    deepEqual(await listOver("").list("all", undefined), { entries: [] });
  });

  it("keeps its share of the account's rate", async () => {
    const waits: number[] = [];
    const wait = (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    };
    const client = secretsBy(() => ({}));
    const list = makeSecretList(
      client,
      "",
      makeRateLimit(50, () => 0, wait),
    );

    for (let page = 0; page < 4; page += 1) await list("all", undefined);

    deepEqual(waits, [20, 40, 60]);
  });

  it("fails with the error's name only", async () => {
    const client = secretsBy(() => {
      throw Object.assign(new Error("User: arn:… is not authorized"), { name: "AccessDeniedException" });
    });

    await rejects(makeSecretList(client, "", () => Promise.resolve())("all", undefined), {
      message: "The sweep stopped at ListSecrets: AccessDeniedException. What it did not send is left to the next one.",
    });
  });
});

describe("the sweeper's queue", () => {
  function queueOver(answer: (input: SendMessageBatchCommandInput, call: number) => unknown) {
    const inputs: SendMessageBatchCommandInput[] = [];
    const waits: number[] = [];
    const client = queueBy((input) => {
      inputs.push(input);
      return answer(input, inputs.length);
    });
    const send = makeSweepQueue(client, "url", (ms) => {
      waits.push(ms);
      return Promise.resolve();
    });
    const bodies = () => inputs.map(({ Entries = [] }) => Entries.map(({ MessageBody }) => MessageBody));
    return { inputs, waits, send, bodies };
  }
  const body = (secretId: string): string => JSON.stringify({ secretId });
  const failed = (Id: string, SenderFault = false) => ({ Id, SenderFault, Code: "InternalError" });

  it("sends a message for each secret that says only which", async () => {
    const { inputs, send } = queueOver(() => ({ Successful: [] }));

    await send(["arn:a", "arn:b"]);

    deepEqual(inputs, [
      {
        QueueUrl: "url",
        Entries: [
          { Id: "0", MessageBody: body("arn:a") },
          { Id: "1", MessageBody: body("arn:b") },
        ],
      },
    ]);
  });

  it("sends again what SQS did not take, and only that, with growing rests", async () => {
    const { bodies, waits, send } = queueOver((_, call) => {
      if (call === 1) return { Failed: [failed("0"), failed("2")] };
      return call === 2 ? { Failed: [failed("1")] } : {};
    });

    await send(["a", "b", "c"]);

    deepEqual(bodies(), [[body("a"), body("b"), body("c")], [body("a"), body("c")], [body("c")]]);
    deepEqual(waits, [100, 200]);
  });

  it("gives up after six times", async () => {
    const { inputs, send } = queueOver(() => ({ Failed: [failed("0")] }));

    await rejects(send(["a"]), /^Error: The sweep stopped at SendMessageBatch: InternalError\./);
    equal(inputs.length, 6);
  });

  it("gives up at once when the message is at fault", async () => {
    const { inputs, send } = queueOver(() => ({ Failed: [failed("0", true)] }));

    await rejects(send(["a"]), /SendMessageBatch: InternalError/);
    equal(inputs.length, 1);
  });

  it("fails with the error's name only", async () => {
    const { send } = queueOver(() => {
      throw Object.assign(new Error("arn:a is secret"), { name: "QueueDoesNotExist" });
    });

    await rejects(send(["arn:a"]), (error: Error) => {
      ok(error.message.startsWith("The sweep stopped at SendMessageBatch: QueueDoesNotExist."));
      ok(!error.message.includes("arn:a"));
      return true;
    });
  });
});

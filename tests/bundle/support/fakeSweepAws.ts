/** ListSecrets and SendMessageBatch over HTTP, for any number of secrets: pages are made when they are asked for. */
import { createHash } from "node:crypto";

import { account, region } from "../../support/mocks";
import { serve } from "./server";
import type { Response } from "./server";

export interface FakeSweepAws {
  readonly address: string;
  readonly queueUrl: string;
  /** Inputs of all calls of ListSecrets. */
  readonly lists: Readonly<Record<string, unknown>>[];
  /** How often each secret is on the queue; filled unless told not to. */
  readonly queued: Map<string, number>;
  readonly batches: () => number;
  /** An answer to give instead of the usual one; set by a test. */
  instead: (action: string) => Response | undefined;
  readonly stop: () => Promise<void>;
}

const pageSize = 100;

const json = (status: number, body: unknown): Response => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: JSON.stringify(body),
});

/** An entry as large as an ordinary one: description, versions and tags. */
const entry = (index: number) => ({
  ARN: `arn:aws:secretsmanager:${region}:${account}:secret:team/application-${index}/database-AbCdEf`,
  Name: `team/application-${index}/database`,
  Description: `Password of the database of application ${index}`,
  CreatedDate: 1_700_000_000,
  LastChangedDate: Math.floor(Date.now() / 1_000) - 60,
  LastAccessedDate: 1_700_000_000,
  SecretVersionsToStages: { [`00000000-0000-4000-8000-${index.toString().padStart(12, "0")}`]: ["AWSCURRENT"] },
  Tags: ["team", "cost-center", "environment"].map((Key) => ({ Key, Value: `value of ${Key}` })),
});

/** @param secrets how many there are */
export async function startFakeSweepAws(secrets: number, counts = true): Promise<FakeSweepAws> {
  const lists: Readonly<Record<string, unknown>>[] = [];
  const queued = new Map<string, number>();
  let batches = 0;

  function list(input: Readonly<Record<string, unknown>>): Response {
    lists.push(input);
    const start = Number(input["NextToken"] ?? 0);
    const end = Math.min(start + pageSize, secrets);
    const SecretList = Array.from({ length: end - start }, (_, index) => entry(start + index));
    return json(200, { SecretList, ...(end < secrets ? { NextToken: end.toString() } : {}) });
  }

  function send(entries: readonly { readonly Id: string; readonly MessageBody: string }[]): Response {
    batches += 1;
    if (counts) {
      for (const { MessageBody } of entries) {
        const { secretId } = JSON.parse(MessageBody) as { readonly secretId: string };
        queued.set(secretId, (queued.get(secretId) ?? 0) + 1);
      }
    }
    const Successful = entries.map(({ Id, MessageBody }) => ({
      Id,
      MessageId: `message-${Id}`,
      MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
    }));
    return json(200, { Successful });
  }

  const server = await serve(({ headers, body }) => {
    const action = String(headers["x-amz-target"] ?? "").split(".")[1] ?? "";
    const instead = fake.instead(action);
    if (instead !== undefined) return instead;
    const input = JSON.parse(body) as Readonly<Record<string, unknown>>;
    if (action === "ListSecrets") return list(input);
    if (action === "SendMessageBatch") return send(input["Entries"] as Parameters<typeof send>[0]);
    return json(400, { __type: "AccessDeniedException", message: `the fake knows no ${action}` });
  });
  const fake: FakeSweepAws = {
    address: server.address,
    queueUrl: `${server.address}/${account}/queue`,
    lists,
    queued,
    batches: () => batches,
    instead: () => undefined,
    stop: server.stop,
  };
  return fake;
}

/** What AWS answers to a call that is too much. */
export const throttled = (): Response => json(400, { __type: "ThrottlingException", message: "Rate exceeded" });

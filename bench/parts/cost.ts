/** What 1,000 moves cost on AWS, counted from the calls of a real run of the deployed fleet. */
import { setTimeout as sleep } from "node:timers/promises";

import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand } from "@aws-sdk/client-sqs";

import { outcomeReader } from "../../local/outcomes";
import type { LoggedOutcome } from "../../local/outcomes";
import type { System } from "../../local/system";
import { clientsOf } from "../../tests/system/support/clients";
import type { Clients } from "../../tests/system/support/clients";
import { billOf, countLog } from "../cost";
import type { Counted } from "../cost";
import type { Figure } from "../figures";
import { listenToFleet } from "../fleet";
import type { Fleet } from "../fleet";
import { small } from "../subjects";
import type { Context, Part } from "./part";

const secrets = 200;
/** Every moved secret is looked at by every daily sweep of its window. */
const windowDays = 30;
const limitMs = 120_000;

async function readLog({ logs }: Clients, { logGroupName }: System): Promise<readonly string[]> {
  const messages: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({ logGroupName, ...(nextToken === undefined ? {} : { nextToken }) }),
    );
    messages.push(...(page.events ?? []).map(({ message = "" }) => message));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return messages;
}

interface Run {
  readonly counted: Counted;
  readonly vaultRequests: number;
}

/** Runs something that ends with an outcome for each of the secrets, and counts what it took. */
async function count(
  system: System,
  clients: Clients,
  fleet: Fleet,
  run: () => Promise<readonly string[]>,
  isEnd: (outcome: LoggedOutcome) => boolean,
): Promise<Run & { readonly arns: readonly string[] }> {
  const read = outcomeReader(system);
  const before = (await read()).length;
  const logBefore = countLog(await readLog(clients, system));
  fleet.take();
  const arns = await run();
  const wanted = new Set(arns);
  const deadline = performance.now() + limitMs;
  for (;;) {
    const since = (await read()).slice(before);
    const ended = new Set(since.filter(isEnd).map(({ arn = "" }) => arn));
    if (arns.every((arn) => ended.has(arn))) {
      const { secretsManager, vault } = fleet.take();
      const log = countLog(await readLog(clients, system));
      const counted = {
        secrets: wanted.size,
        secretsManagerCalls: secretsManager.length,
        messages: since.length,
        invocations: log.invocations - logBefore.invocations,
        billedMs: log.billedMs - logBefore.billedMs,
        memoryMb: fleet.memoryMb,
        logBytes: log.bytes - logBefore.bytes,
      };
      return { arns, counted, vaultRequests: vault.length };
    }
    if (performance.now() > deadline) throw new Error(`${arns.length - ended.size} secrets have not come to their end`);
    await sleep(1_000);
  }
}

function runFigures(name: string, { counted, vaultRequests }: Run): readonly Figure[] {
  const each = (total: number): readonly number[] => [total / counted.secrets];
  return [
    { name: `${name}: calls of Secrets Manager a secret`, unit: "", samples: each(counted.secretsManagerCalls) },
    { name: `${name}: requests to Vault a secret`, unit: "", samples: each(vaultRequests) },
    { name: `${name}: messages a secret`, unit: "", samples: each(counted.messages) },
    { name: `${name}: invocations a secret`, unit: "", samples: each(counted.invocations) },
    { name: `${name}: billed time a secret`, unit: "ms", samples: each(counted.billedMs) },
    { name: `${name}: bytes of log a secret`, unit: "", samples: each(counted.logBytes) },
  ];
}

async function measure({ progress, cloud: open }: Context): Promise<readonly Figure[]> {
  const cloud = await open();
  const system = cloud.system();
  const clients = clientsOf(system);
  const fleet = await listenToFleet(system, clients);
  try {
    progress(`moving ${secrets} secrets by their events`);
    const create = async (): Promise<readonly string[]> => {
      const arns: string[] = [];
      for (let index = 0; index < secrets; index += 1) {
        const made = await clients.secrets.send(
          new CreateSecretCommand({ Name: `cost/secret-${index}`, SecretString: small }),
        );
        arns.push(made.ARN ?? "");
      }
      return arns;
    };
    const moves = await count(system, clients, fleet, create, ({ outcome }) => outcome === "moved");
    progress(`looking at ${secrets} moved secrets, as a daily sweep has it done`);
    const nudge = async (): Promise<readonly string[]> => {
      for (const secretId of moves.arns) {
        const MessageBody = JSON.stringify({ secretId });
        await clients.sqs.send(new SendMessageCommand({ QueueUrl: system.queueUrl, MessageBody }));
      }
      return moves.arns;
    };
    const looks = await count(system, clients, fleet, nudge, ({ outcome }) => outcome === "unchanged");
    const [move, look] = [billOf(moves.counted), billOf(looks.counted)];
    return [
      {
        name: "1,000 moves",
        unit: "$",
        samples: [move.total],
        goal: { below: 0.05 },
        note: `Secrets Manager ${move.secretsManager.toFixed(4)}, SQS ${move.queue.toFixed(4)}, Lambda ${move.lambda.toFixed(4)}, log ${move.logs.toFixed(4)}; with the invocations and billed milliseconds of the local cloud, whose servers share the two cores with the function, and three requests of SQS for each message. Prices and what is left out: docs/scale.md.`,
      },
      ...runFigures("move", moves),
      {
        name: "a daily look at 1,000 moved secrets",
        unit: "$",
        samples: [look.total],
        note: "what the daily sweep has the mover do for every secret in its recovery window.",
      },
      {
        name: `${windowDays} daily looks at 1,000 moved secrets`,
        unit: "$",
        samples: [look.total * windowDays],
        note: "the whole window; a month of 1,000 secrets in Secrets Manager is 400 $.",
      },
      ...runFigures("look", looks),
    ];
  } finally {
    await fleet.stop();
    clients.destroy();
  }
}

export const cost: Part = {
  name: "cost",
  title: "What it costs",
  about:
    "Secrets created in the local cloud and moved by the deployed fleet on their events; every call of the function passes a counting hop. Dollars at list prices of us-east-1.",
  measure,
};

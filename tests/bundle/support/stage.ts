/** The shipped function between a fake AWS and a fake Vault. */
import type { SQSRecord } from "aws-lambda";

import { region } from "../../support/mocks";
import { deploy, lambdaNode, startContainer } from "./container";
import type { Container, Deployment } from "./container";
import { startFakeAws } from "./fakeAws";
import type { FakeAws } from "./fakeAws";
import { startFakeVault } from "./fakeVault";
import type { FakeVault } from "./fakeVault";
import { shippedFunction } from "./shipped";
import type { Shipped } from "./shipped";

export interface Stage {
  readonly aws: FakeAws;
  readonly vault: FakeVault;
  /** What Lambda and the stack give the function as environment, pointed at the fakes. */
  readonly environment: Readonly<Record<string, string>>;
  readonly deployment: Deployment;
  /**
   * Starts the function with changes to its environment; `undefined` takes a variable away.
   * @param file of the deployment to start instead
   */
  readonly start: (changes?: Readonly<Record<string, string | undefined>>, file?: string) => Promise<Container>;
  /** Empties the fakes' logs of calls. */
  readonly forgetCalls: () => void;
  /** Ends all containers and both fakes. */
  readonly close: () => Promise<void>;
}

/** What Lambda itself puts into a function's environment, as far as its libraries look at it. */
const lambdaEnvironment: Readonly<Record<string, string>> = {
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret-access-key-of-the-role",
  AWS_SESSION_TOKEN: "session-token-of-the-role",
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_LAMBDA_FUNCTION_NAME: "mover",
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  LAMBDA_TASK_ROOT: "/var/task",
  TZ: ":UTC",
};

let shipped: Promise<Shipped> | undefined;

/** The shipped function, made once for all tests of a process. */
export function theFunction(): Promise<Shipped> {
  shipped ??= shippedFunction();
  return shipped;
}

export async function openStage(): Promise<Stage> {
  // One after the other: making the function keeps this process from hearing in time that Node answered.
  const node = await lambdaNode();
  const { text, files, memory, environment: own } = await theFunction();
  const { HOMING_MOUNT: mount = "", HOMING_ENTITY_ID: entityId = "" } = own;
  const [aws, vault] = await Promise.all([startFakeAws(), startFakeVault({ mount, entityId })]);
  const deployment = deploy({ text, files });
  const containers: Container[] = [];
  const environment = {
    ...lambdaEnvironment,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory.toString(),
    ...own,
    AWS_ENDPOINT_URL: aws.address,
    HOMING_VAULT_ADDRESS: vault.address,
    HOMING_QUEUE_URL: aws.queueUrl,
    HOMING_DEAD_LETTER_QUEUE_URL: aws.deadLetterQueueUrl,
    // As many deletes as the tests make: their pace has its own test.
    HOMING_DELETES_PER_SECOND: "1000000",
  };
  return {
    aws,
    vault,
    environment,
    deployment,
    start: async (changes = {}, file) => {
      const env: Record<string, string> = {};
      for (const [name, value] of Object.entries<string | undefined>({ ...environment, ...changes })) {
        if (value !== undefined) env[name] = value;
      }
      const container = await startContainer({
        node,
        directory: deployment.directory,
        memory,
        env,
        ...(file === undefined ? {} : { file }),
      });
      containers.push(container);
      return container;
    },
    forgetCalls: () => {
      aws.calls.length = 0;
      vault.calls.length = 0;
    },
    close: async () => {
      await Promise.all(containers.map((container) => container.stop()));
      await Promise.all([aws.stop(), vault.stop()]);
      deployment.remove();
    },
  };
}

/** One queue message, its id and receipt handle made from `id`. */
export const message = (id: string, body: string, receives = 1): SQSRecord => ({
  messageId: `message-${id}`,
  receiptHandle: `receipt-${id}`,
  body,
  attributes: {
    ApproximateReceiveCount: receives.toString(),
    SentTimestamp: "0",
    SenderId: "sender",
    ApproximateFirstReceiveTimestamp: "0",
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:queue",
  awsRegion: region,
});

/** A message that asks to look at a secret. */
export const about = (id: string, secretId: string, receives = 1): SQSRecord =>
  message(id, JSON.stringify({ secretId }), receives);

export const batch = (...Records: readonly SQSRecord[]): { readonly Records: readonly SQSRecord[] } => ({ Records });

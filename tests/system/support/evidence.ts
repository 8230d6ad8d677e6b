import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { SQSClient } from "@aws-sdk/client-sqs";

import type { Sources } from "./sources";

export interface Surroundings {
  readonly sources: Sources;
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** Where the emulator writes its log. */
  readonly emulatorDirectory: string;
}

/** What to know of a secret of which no outcome came: how far it got, where its message is, what the emulator warns of. */
export async function evidence(secret: string, around: Surroundings): Promise<string> {
  const { sources, sqs, queueUrl, emulatorDirectory } = around;
  const scheduled = await sources.isScheduled(secret).catch((error: unknown) => String(error));
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  );
  const warnings = readdirSync(emulatorDirectory)
    .filter((file) => file.endsWith(".log"))
    .flatMap((file) => readFileSync(join(emulatorDirectory, file), "utf8").split("\n"))
    .filter((line) => /WARNING|ERROR/.test(line));
  return [
    `scheduled for deletion: ${String(scheduled)}`,
    `messages waiting: ${Attributes["ApproximateNumberOfMessages"] ?? "?"}`,
    `messages being worked on or resting: ${Attributes["ApproximateNumberOfMessagesNotVisible"] ?? "?"}`,
    ...warnings.slice(-10),
  ].join("\n");
}

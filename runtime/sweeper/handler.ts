/** The sweeper as Lambda runs it: lists secrets and puts them on the mover's queue. */
import { setTimeout as sleep } from "node:timers/promises";

import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";

import { requestHandler } from "../aws/clientConfig";
import { makeRateLimit } from "../shared/rateLimit";
import { listsPerSecond, makeSecretList } from "./secretList";
import { readSweepEnvironment } from "./settings";
import { readSweep, runSweep } from "./sweep";
import type { SweepReport } from "./sweep";
import { makeSweepQueue } from "./sweepQueue";
import { makeSweepTelemetry } from "./sweepTelemetry";

/** The SDK tries a call again that AWS throttles or fails, and lowers its own rate to what AWS lets through. */
export const awsClient = { requestHandler, retryMode: "adaptive", maxAttempts: 8 };

/**
 * Makes the handler; Lambda runs this once for a container.
 *
 * @throws one error that lists every environment variable that is missing or can't be read
 */
export function sweepHandler(): (
  event: unknown,
  context: Pick<Context, "getRemainingTimeInMillis">,
) => Promise<SweepReport> {
  const settings = readSweepEnvironment(process.env);
  const { region, namePrefix, queueUrl, sweepShare } = settings;
  const now = () => Date.now();
  const wait = async (ms: number) => {
    await sleep(ms);
  };
  const tell = makeSweepTelemetry();
  const list = makeSecretList(
    new SecretsManagerClient({ region, ...awsClient }),
    namePrefix,
    makeRateLimit(listsPerSecond * sweepShare, now, wait),
  );
  const send = makeSweepQueue(new SQSClient({ region, ...awsClient }), queueUrl, wait);

  return async (event, context) => {
    const kind = readSweep(event);
    const started = now();
    const remainingMs = () => context.getRemainingTimeInMillis();
    const report = await runSweep(kind, settings, { list, send, now, remainingMs });
    tell(report, now() - started);
    return report;
  };
}

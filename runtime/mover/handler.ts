/** The mover's handler as Lambda runs it: the only place that connects the protocol to AWS, Vault and the environment. */
import { setTimeout as sleep } from "node:timers/promises";

import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { STSClient } from "@aws-sdk/client-sts";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";

import { requestHandler } from "../aws/clientConfig";
import { makeQueue } from "../aws/queue";
import { makeSecretsManager } from "../aws/secretsManager";
import { highestMode, readEnvironment } from "../shared/environment";
import { makeVaultHome } from "../vault/homes";
import { login } from "../vault/login";
import { checkTemplateRecord } from "../vault/templateRecord";
import { cachedToken } from "../vault/token";
import { makeTransport } from "../vault/transport";
import { makeBatch } from "./batch";
import { makeDeleteLimit } from "./deleteLimit";
import { makeMove } from "./move";
import type { MoveRequest } from "./run";
import { makeTelemetry } from "./telemetry";

/**
 * Makes the handler. Lambda runs this once for each container, so clients, token and rate limit live as long as it does.
 *
 * @throws one error that lists every environment variable that is missing or can't be read
 */
export function moverHandler(): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  const settings = readEnvironment(process.env);
  const { region } = settings;
  const now = () => Date.now();
  const wait = async (ms: number) => {
    await sleep(ms);
  };
  const telemetry = makeTelemetry();
  const transport = makeTransport(settings.vaultAddress, settings.vaultCaCertificate);
  const sts = new STSClient({ region, requestHandler });
  const token = cachedToken(() => login(settings, { transport, sts, now }), now);
  const move = makeMove(settings, {
    source: makeSecretsManager(new SecretsManagerClient({ region, requestHandler }), region),
    home: makeVaultHome({ transport, token, mount: settings.mount, namespace: settings.vaultNamespace }),
    now,
    sleep: wait,
    rateLimit: makeDeleteLimit(settings.deletesPerSecond / settings.maxConcurrency, now, wait),
  });

  let checked: Promise<void> | undefined;
  const checkOnce = async (): Promise<void> => {
    checked ??= checkTemplateRecord(settings, transport, token, highestMode(settings) !== "audit");
    try {
      await checked;
    } catch (error) {
      checked = undefined;
      throw error;
    }
  };

  const batch = makeBatch({
    move: async (request: MoveRequest) => {
      await checkOnce();
      return move(request);
    },
    queue: makeQueue(
      ({ SQSClient }) => new SQSClient({ region, requestHandler }),
      settings,
      (error) => {
        telemetry.warn(
          `a message's delay could not be set; it comes back after the queue's visibility timeout: ${error.message}`,
        );
      },
    ),
    telemetry,
    now,
    random: () => Math.random(),
  });

  return async (event, context) => {
    telemetry.begin(context.awsRequestId);
    try {
      return await batch(event.Records, () => context.getRemainingTimeInMillis());
    } finally {
      telemetry.flush();
    }
  };
}

/** All that a command works with: the deployment, the connections to both sides, and whether the person wants to stop. */
import { setTimeout as sleep } from "node:timers/promises";

import { LambdaClient } from "@aws-sdk/client-lambda";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { STSClient } from "@aws-sdk/client-sts";

import { requestHandler } from "../runtime/aws/clientConfig";
import { makeSecretsManager } from "../runtime/aws/secretsManager";
import type { HomePort, SourcePort } from "../runtime/model/ports";
import { makeRateLimit } from "../runtime/shared/rateLimit";
import { listsPerSecond } from "../runtime/sweeper/secretList";
import { makeVaultHome } from "../runtime/vault/homes";
import type { TokenSource } from "../runtime/vault/token";
import { makeTransport } from "../runtime/vault/transport";
import type { Transport } from "../runtime/vault/transport";
import { confirmAddress } from "./confirmAddress";
import { functionNameOf, readDeployment } from "./deployment";
import type { Deployment, Which } from "./deployment";
import { awsFailure, Failure } from "./failure";
import { refuseLateDeletes } from "./lateDelete";
import { makeListing } from "./listing";
import type { ListPage } from "./listing";
import type { ProgressStart } from "./progress";
import type { Screen, Streams } from "./screen";
import { makeServerTime } from "./serverTime";
import { makeSettingsCheck } from "./settingsCheck";
import { caCertificateOf } from "./vaultEnvironment";
import { namedAddress, originOf, thisMachine, vaultLoginOf } from "./vaultLogin";
import type { LoginOptions } from "./vaultLogin";

export interface SessionOptions extends Which, LoginOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly vaultAddress?: string;
  readonly concurrency?: number;
}

export interface Session {
  readonly deployment: Deployment;
  /** @throws when the deployment's settings are no longer those of this session; reads them at most once a minute */
  readonly checkSettings: () => Promise<void>;
  readonly secrets: SecretsManagerClient;
  readonly source: SourcePort;
  readonly home: HomePort;
  readonly transport: Transport;
  readonly token: TokenSource;
  /** The list of all secrets whose name starts with the prefix. */
  readonly listing: (namePrefix: string) => ListPage;
  /** Whether the secret's resource policy lets an AWS service in. */
  readonly isReadByService: (arn: string) => Promise<boolean>;
  /** Secrets under way at once in this process. */
  readonly concurrency: number;
  /** The most secrets on the mover's queue at once; what keeps the fleet busy is far less. */
  readonly queued: number;
  readonly screen: Screen;
  readonly progress: ProgressStart;
  /** Milliseconds since the epoch by the clock of AWS, as far as its answers tell it. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopped: () => boolean;
}

/** The SDK tries a call again that AWS throttles or fails, and lowers its own rate to what AWS lets through. */
export const awsLimits = {
  requestHandler,
  retryMode: "adaptive",
  maxAttempts: 5,
};

/** Half of what Secrets Manager allows an account, so that programs in the account keep their part. */
const share = 0.5;
/** Calls a second of all actions on resource policies together that Secrets Manager allows an account. */
const policiesPerSecond = 50;

async function regionOf(client: LambdaClient): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    // The SDK's message is about its own options.
    throw new Failure("Say which region: --region, AWS_REGION, or a profile that has one.");
  }
}

/** What a command works with that asks nothing of Vault and changes nothing. */
export type Reading = Pick<Session, "deployment" | "screen" | "now" | "sleep" | "stopped">;

const wait = async (ms: number): Promise<void> => {
  await sleep(ms);
};

/** A connection to Lambda in the region that the person means, and the clock of AWS. */
export async function openLambda(options: Pick<SessionOptions, "region" | "profile">) {
  if (options.profile !== undefined) process.env["AWS_PROFILE"] = options.profile;
  const lambda = new LambdaClient({
    ...awsLimits,
    ...(options.region === undefined ? {} : { region: options.region }),
  });
  const serverTime = makeServerTime(() => Date.now());
  serverTime.learnFrom(lambda);
  return { lambda, region: await regionOf(lambda), now: serverTime.now };
}

/** Finds the mover; `readAgain` gives its settings as they are now. */
async function findMover(options: Which & Pick<SessionOptions, "region" | "profile">) {
  const { lambda, region, now } = await openLambda(options);
  const functionName = functionNameOf(options, region);
  const read = (): Promise<Deployment> => readDeployment(lambda, functionName, region);
  return { region, deployment: await read(), readAgain: async () => (await read()).settings, now };
}

/** Opens the session of a command that only reads what AWS has; reads the function's configuration. */
export async function openReading(
  options: SessionOptions,
  screen: Screen,
  _streams: Streams,
  stopped: () => boolean,
): Promise<Reading> {
  const { deployment, now } = await findMover(options);
  return { deployment, screen, now, sleep: wait, stopped };
}

/** Opens the session; reads nothing but the function's configuration. */
export async function openSession(
  options: SessionOptions,
  screen: Screen,
  streams: Streams,
  stopped: () => boolean,
): Promise<Session> {
  const { region, deployment, readAgain, now } = await findMover(options);
  const { isTTY = false } = streams.err as NodeJS.WritableStream & { readonly isTTY?: boolean };
  const place = thisMachine(process.stdin.isTTY && isTTY && !screen.json);
  const { mount, vaultNamespace: namespace } = deployment.settings;
  const named = namedAddress(deployment.settings, options.vaultAddress, place);
  const settings = { ...deployment.settings, vaultAddress: named ?? deployment.settings.vaultAddress };
  const transport = makeTransport(settings.vaultAddress, caCertificateOf(settings, place));
  const sts = () => new STSClient({ region, ...awsLimits });
  const { token, what } = vaultLoginOf(settings, options, place, { transport, sts, now });
  if (named === undefined) {
    const address = originOf("The deployment's Vault", settings.vaultAddress);
    await confirmAddress({ login: what, address, functionArn: deployment.functionArn }, place);
  }
  const secrets = new SecretsManagerClient({ region, ...awsLimits });
  refuseLateDeletes(secrets, () => Date.now());
  const source = makeSecretsManager(secrets, region);
  const listPace = makeRateLimit(listsPerSecond * share, now, wait);
  const policyPace = makeRateLimit(policiesPerSecond * share, now, wait);

  return {
    deployment: { ...deployment, settings },
    checkSettings: makeSettingsCheck(deployment.settings, readAgain, () => Date.now()),
    secrets,
    source,
    home: makeVaultHome({ transport, token, mount, namespace }),
    transport,
    token,
    listing: (namePrefix) =>
      makeListing((input) => secrets.send(new ListSecretsCommand(input)), {
        region,
        namePrefix,
        pace: listPace,
        async describe(arn) {
          const found = await source.describe(arn, "describe");
          if (found.is === "refused") throw denied("DescribeSecret");
          return found.is === "found" ? found.source : undefined;
        },
      }),
    async isReadByService(arn) {
      await policyPace();
      const answer = await source.isReadByService(arn);
      if (answer.is === "refused") throw denied("GetResourcePolicy");
      return answer.read;
    },
    concurrency: options.concurrency ?? 20,
    queued: options.concurrency ?? 1_000,
    screen,
    progress: screen.progress,
    now,
    sleep: wait,
    stopped,
  };
}

/** The core takes a denial for the secret's own; here it is the person who was denied. */
const denied = (call: string): Failure =>
  awsFailure(call, Object.assign(new Error(), { name: "AccessDeniedException" }));

/** Talks to the function that rotates a secret. It alone reads the rotation in Vault; a person need not. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";

import { isReaderName } from "../runtime/model/path";
import { reasons } from "../runtime/rotator/outcome";
import type { Outcome } from "../runtime/rotator/outcome";
import type { RotationStatus } from "../runtime/rotator/status";
import { retryCodes } from "../runtime/shared/errors";
import { membersOf } from "../runtime/shared/members";
import { awsFailure, Failure } from "./failure";
import { findRotator } from "./findRotator";
import type { Lambda, Rotator } from "./findRotator";
import type { Screen, Streams } from "./screen";
import { awsLimits, openLambda } from "./session";
import type { SessionOptions } from "./session";

/** What `homing rotate` works with: nothing of Vault. */
export interface Rotating {
  readonly rotatorOf: (secret: string) => Promise<Rotator>;
  /** Asks the function where the rotation stands. */
  readonly ask: (rotator: Rotator) => Promise<RotationStatus | Outcome>;
  /** Has the function make an attempt, and waits for its end. */
  readonly start: (rotator: Rotator) => Promise<Outcome>;
  readonly screen: Screen;
  readonly now: () => number;
  readonly stopped: () => boolean;
}

const outcomeKinds: readonly Outcome["outcome"][] = ["rotated", "retired", "nothing", "restarted", "refused", "failed"];

const isOutcome = (answer: unknown): answer is Outcome => {
  const { outcome, reason } = membersOf(answer);
  return outcomeKinds.some((kind) => kind === outcome) && typeof reason === "string" && reason in reasons;
};

/** Names that are printed: nothing else that a function answers is. */
const areReaders = (names: unknown): boolean =>
  names === undefined ||
  (Array.isArray(names) && names.every((name: unknown) => typeof name === "string" && isReaderName(name)));

const counts = ["rotatedAt", "wantedAt", "tries", "claimedAt", "ending", "nextAt", "startAt"] as const;

function isStatus(answer: unknown): answer is RotationStatus {
  const members = membersOf(answer);
  const { is, step, home } = members;
  const { is: isHome, version, createdTime, reason } = membersOf(home);
  return (
    is === "status" &&
    (step === "idle" || step === "pending" || step === "retiring") &&
    counts.every((name) => typeof members[name] === "number") &&
    (isHome === "held"
      ? typeof version === "number" && typeof createdTime === "string"
      : isHome === "missing" && typeof reason === "string" && reason in reasons) &&
    areReaders(members["readersBehind"]) &&
    typeof membersOf(members["signs"])["failing"] === "number"
  );
}

/**
 * Reads what a function answered. What it did not write itself is not repeated, since it could quote a value.
 *
 * @throws when the function failed, or could not reach Vault or AWS
 */
export function readAnswer(
  { functionName, logGroupName }: Pick<Rotator, "functionName" | "logGroupName">,
  { Payload, FunctionError }: Pick<InvokeCommandOutput, "Payload" | "FunctionError">,
): RotationStatus | Outcome {
  const log = `its log group ${logGroupName} says why`;
  if (FunctionError !== undefined) throw new Failure(`Function ${functionName} ended with an error: ${log}.`);
  let answer: unknown;
  try {
    answer = JSON.parse(Buffer.from(Payload ?? []).toString("utf8"));
  } catch {
    // What the parser says would quote the answer.
    answer = undefined;
  }
  if (isOutcome(answer)) return { outcome: answer.outcome, reason: answer.reason };
  if (isStatus(answer)) return answer;
  const { code } = membersOf(answer);
  if (retryCodes.some((known) => known === code)) {
    throw new Failure(
      `Function ${functionName} can't go on for now (${String(code)}): docs/troubleshooting.md says what to do; readers still have a value that the target accepts, and the next look tries again.`,
    );
  }
  throw new Failure(`Function ${functionName} gave an answer that this version does not know: ${log}.`);
}

/** Time on the way to the function and back, beside its own. */
const wayMs = 15_000;

/** Opens what `homing rotate` works with. */
export async function openRotating(
  options: SessionOptions,
  screen: Screen,
  _streams: Streams,
  stopped: () => boolean,
): Promise<Rotating> {
  const { lambda, region, now } = await openLambda(options);
  async function call(rotator: Rotator, rotate: "start" | "status", by: Lambda): Promise<RotationStatus | Outcome> {
    const { functionName: FunctionName } = rotator;
    const Payload = Buffer.from(JSON.stringify({ rotate }));
    return readAnswer(rotator, await by.send(new InvokeCommand({ FunctionName, Payload })));
  }
  const failed = (error: unknown): never => {
    throw awsFailure("InvokeFunction", error);
  };
  return {
    rotatorOf: (secret) => findRotator(lambda, secret, options.function, region),
    ask: (rotator) => call(rotator, "status", lambda).catch(failed),
    async start(rotator) {
      const requestTimeout = rotator.settings.timeoutSeconds * 1_000 + wayMs;
      // Once only: a call whose answer was lost may have begun the attempt.
      const patient = new LambdaClient({
        region,
        maxAttempts: 1,
        requestHandler: { ...awsLimits.requestHandler, requestTimeout, socketTimeout: requestTimeout },
      });
      try {
        const answer = await call(rotator, "start", patient);
        if ("outcome" in answer) return answer;
        throw new Failure(`Function ${rotator.functionName} gave an answer that this version does not know.`);
      } catch (error) {
        const isLost = error instanceof Error && !("$fault" in error) && !(error instanceof Failure);
        if (isLost && error.name !== "CredentialsProviderError") {
          throw new Failure(
            `The answer of ${rotator.functionName} is lost (${error.name}); the attempt may go on: homing rotate ${rotator.settings.secretName} shows where it stands.`,
          );
        }
        return failed(error);
      } finally {
        patient.destroy();
      }
    },
    screen,
    now,
    stopped,
  };
}

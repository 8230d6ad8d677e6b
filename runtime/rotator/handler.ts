/** A rotator as Lambda runs it: one secret, and the callbacks of the program that deployed it. */
import { STSClient } from "@aws-sdk/client-sts";

import { requestHandler } from "../aws/clientConfig";
import { homePath, pendingPath, reportPath } from "../model/path";
import { isRetryableError } from "../shared/errors";
import { membersOf } from "../shared/members";
import { makeKv } from "../vault/kv";
import { authenticate } from "../vault/login";
import { cachedToken } from "../vault/token";
import { makeTransport } from "../vault/transport";
import { callBack } from "./callbacks";
import type { RotationCallbacks } from "./callbacks";
import { makeEntries } from "./entries";
import type { Outcome } from "./outcome";
import { rotate } from "./rotate";
import type { Limits, Wish } from "./run";
import { readRotatorEnvironment } from "./settings";
import type { RotatorSettings } from "./settings";
import { signsOf } from "./signs";
import { askStatus } from "./status";
import type { RotationStatus } from "./status";
import { makeTelemetry } from "./telemetry";

/** What a rotator answers: what became of the attempt, or that Vault or AWS failed. */
export type RotatorAnswer = Outcome | { readonly outcome: "retry"; readonly code: string };

/** Time that is kept for the report. */
const reportMs = 2_000;
/** After the function's time limit Lambda has ended it; the clocks of two containers may differ by less than this. */
const clockMs = 30_000;

/** The attempt's times, from the function's time limit. */
export const limitsOf = (
  settings: Pick<RotatorSettings, "intervalSeconds" | "overlapSeconds" | "longestOverlapSeconds" | "timeoutSeconds">,
): Limits => ({
  intervalMs: settings.intervalSeconds * 1_000,
  overlapMs: settings.overlapSeconds * 1_000,
  unreadMs: Math.max(0, settings.longestOverlapSeconds - settings.overlapSeconds) * 1_000,
  attemptMs: settings.timeoutSeconds * 1_000 - reportMs,
  leaseMs: settings.timeoutSeconds * 1_000 + clockMs,
});

/** What an event wishes: `{"rotate":"start"}`, else only what is due. */
export const readWish = (event: unknown): Wish => (membersOf(event)["rotate"] === "start" ? "start" : "continue");

/** Whether an event only asks where the rotation stands: `{"rotate":"status"}`. */
const asksStatus = (event: unknown): boolean => membersOf(event)["rotate"] === "status";

/**
 * Makes the handler; Lambda runs this once for a container.
 *
 * @throws one error that lists every environment variable that is missing or can't be read
 */
export function rotatorHandler(
  callbacks: RotationCallbacks,
): (event: unknown) => Promise<RotatorAnswer | RotationStatus> {
  const settings = readRotatorEnvironment(process.env);
  const { secretName, region, mount, vaultNamespace: namespace } = settings;
  const now = () => Date.now();
  const transport = makeTransport(settings.vaultAddress, settings.vaultCaCertificate);
  const sts = new STSClient({ region, requestHandler });
  const token = cachedToken(() => authenticate(settings, { transport, sts, now }), now);
  const entries = makeEntries(makeKv({ transport, token, mount, namespace }), {
    home: homePath(settings, secretName),
    pending: pendingPath(settings, secretName),
    reports: settings.readers.map((reader) => ({ reader, path: reportPath(settings, reader, secretName) })),
  });
  const limits = limitsOf(settings);
  const telemetry = makeTelemetry();

  return async (event) => {
    const started = now();
    const isQuestion = asksStatus(event);
    try {
      if (isQuestion) return await askStatus(entries, limits, now);
      const { outcome, rotation, behind } = await rotate(readWish(event), limits, {
        now,
        perform: (call) =>
          call.is === "create" || call.is === "set" || call.is === "test" || call.is === "retire"
            ? callBack(callbacks, call, Math.max(0, started + limits.attemptMs - now()))
            : entries(call),
      });
      telemetry.outcome(
        secretName,
        outcome,
        rotation === undefined ? { failing: 0, overdue: 0, retireOverdue: 0 } : signsOf(rotation, limits, now()),
        behind,
      );
      return outcome;
    } catch (error) {
      if (!isRetryableError(error)) throw error;
      // A question is no attempt: it counts for no alarm.
      if (!isQuestion) telemetry.retry(secretName, error);
      return { outcome: "retry", code: error.code };
    }
  };
}

/** `homing rotate`: where the rotation of a secret stands, and with `--now` a rotation at once, by the secret's own function. */
import { reasons } from "../../runtime/rotator/outcome";
import type { Outcome } from "../../runtime/rotator/outcome";
import type { RotationStatus } from "../../runtime/rotator/status";
import { ask } from "../ask";
import type { Rotator } from "../findRotator";
import { durationText, needsPerson, rotationRecord, rotationText, timeText } from "../rotationText";
import type { Rotating } from "../rotating";

export interface RotateCommandOptions {
  readonly now?: boolean;
  readonly status?: boolean;
  readonly yes?: boolean;
}

/** Why nothing would begin, though it is told to; undefined where something would. */
function whyNot(found: RotationStatus | Outcome, now: number): string | undefined {
  if ("outcome" in found) return reasons[found.reason];
  const { step, startAt, claimedAt, home, readersBehind } = found;
  if (home.is === "missing") return reasons[home.reason];
  if (startAt <= now) return undefined;
  const until = `it can begin after ${timeText(startAt)}`;
  if (claimedAt > 0) return `${reasons.waiting}; ${until}`;
  if (readersBehind !== undefined) {
    return `${reasons["readers-awaited"]} (${readersBehind.join(", ")}); it can begin once they have moved on, at the latest after ${timeText(startAt)}`;
  }
  return `${reasons[step === "retiring" ? "overlap" : "home-fresh"]}; ${until}`;
}

/** How long what the home held before lives on. */
const livesOn = ({ settings: { readers, overlapSeconds, longestOverlapSeconds } }: Rotator): string =>
  readers.length === 0
    ? `lives on for ${durationText(overlapSeconds)}`
    : `lives on for ${durationText(overlapSeconds)}, and for readers that may still use it up to ${durationText(longestOverlapSeconds)}`;

/** What would happen, for the question. */
function planText(rotator: Rotator, { step, home }: RotationStatus): string {
  const version = home.is === "held" ? `version ${(home.version + 1).toString()}` : "a new version";
  const first =
    step === "pending"
      ? "Goes on with the rotation that is under way: set and test, then"
      : `${step === "retiring" ? "Ends what was replaced, which is due. Then create" : "Create"}, set and test, then`;
  return `${rotator.settings.secretName}: ${first} ${version} of its home. What the home holds now ${livesOn(rotator)}, and then ends.`;
}

/** What an attempt came to, and what follows. */
function toldText(rotator: Rotator, { outcome, reason }: Outcome): string {
  const { functionName, logGroupName } = rotator;
  const { secretName } = rotator.settings;
  const what = `${outcome}: ${reasons[reason]}.`;
  switch (outcome) {
    case "rotated":
      return `${what} The former value ${livesOn(rotator)}; homing rotate ${secretName} shows when it ends.`;
    case "retired":
      return what;
    case "restarted":
    case "failed":
      return `${what} Readers have a value that the target accepts. The function goes on by itself; homing rotate ${secretName} shows when.\n-> aws logs tail ${logGroupName} --since 1h`;
    case "nothing":
      return `${what} homing rotate ${secretName} shows when it goes on.`;
    case "refused":
      return `${what} ${functionName} does not go on until you have put that right: docs/rotation.md.`;
    default:
      return outcome satisfies never;
  }
}

export async function rotateCommand(session: Rotating, options: RotateCommandOptions, secret: string): Promise<number> {
  const { screen, now, stopped } = session;
  const rotator = await session.rotatorOf(secret);
  const found = await session.ask(rotator);
  if (options.now !== true) {
    await screen.say(rotationText(rotator, found, now(), screen.width));
    await screen.record("rotation", rotationRecord(rotator, found));
    return needsPerson(found) ? 2 : 0;
  }
  const why = whyNot(found, now());
  if (why !== undefined || "outcome" in found) {
    await screen.say(`Nothing is begun: ${why ?? ""}.`);
    await screen.record("rotation", rotationRecord(rotator, found));
    return 2;
  }
  screen.note(planText(rotator, found));
  await ask(screen, `Rotate ${rotator.settings.secretName} now?`, 1, options.yes === true);
  const attempt = async (): Promise<Outcome> => {
    const outcome = await session.start(rotator);
    await screen.say(toldText(rotator, outcome));
    await screen.record("attempt", { secret: rotator.settings.secretName, function: rotator.functionName, ...outcome });
    return outcome;
  };
  let outcome = await attempt();
  // Only then can the next value be made.
  if (outcome.outcome === "retired" && !stopped()) outcome = await attempt();
  if (outcome.outcome === "rotated") return 0;
  return stopped() ? 130 : 2;
}

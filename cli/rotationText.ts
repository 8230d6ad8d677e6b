/** Where a rotation stands, as a person reads it: times in UTC, never a value. */
import { homePath } from "../runtime/model/path";
import { reasons } from "../runtime/rotator/outcome";
import type { Outcome } from "../runtime/rotator/outcome";
import type { RotationStatus } from "../runtime/rotator/status";
import type { Rotator } from "./findRotator";
import { counted, wrapped } from "./screen";

const units = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/** Seconds in the largest unit that has a whole number of them. */
export function durationText(seconds: number): string {
  const [size, name] = units.find(([size]) => seconds >= size && seconds % size === 0) ?? [1, "second"];
  return counted(seconds / size, name);
}

export const timeText = (ms: number): string => `${new Date(ms).toISOString().replace("T", " ").slice(0, 19)} UTC`;

const isCron = (schedule: string): boolean => schedule.startsWith("cron");

const steps = {
  idle: ({ wantedAt }) =>
    wantedAt === 0
      ? "no rotation is under way"
      : `a rotation is wanted since ${timeText(wantedAt)}; no value is made yet`,
  pending: () => "a new value is in Vault, and the home still has the former one",
  retiring: ({ wantedAt }) =>
    wantedAt === 0
      ? "the home has the new value, and the former one still lives"
      : "a value was given up: it ends, and then another one is made",
} as const satisfies Readonly<Record<RotationStatus["step"], (status: RotationStatus) => string>>;

const acts = {
  idle: "rotates",
  pending: "has the target accept the new value, and writes it to the home",
  retiring: "ends what was replaced",
} as const satisfies Readonly<Record<RotationStatus["step"], string>>;

function nextText(
  { step, wantedAt, nextAt, home, readersBehind }: RotationStatus,
  { settings }: Rotator,
  now: number,
): string {
  if (home.is === "missing" && step !== "pending") return "nothing until the home is back";
  const act = acts[step];
  if (readersBehind !== undefined && nextAt > now) {
    return `${act} once the readers have moved on, at the latest at the first look after ${timeText(nextAt)}`;
  }
  if (nextAt <= now) return `${act} at its next look, within 5 minutes`;
  if (step === "idle" && wantedAt === 0 && isCron(settings.schedule)) {
    return `rotates at the schedule's next time, at the latest after ${timeText(nextAt)}`;
  }
  return `${act} at the first look after ${timeText(nextAt)}`;
}

/** What still lives beside the home's value. */
function formerText({ step, ending, nextAt, readersBehind }: RotationStatus): string | undefined {
  if (ending === 0) return undefined;
  const values = counted(ending, "value");
  return step === "retiring"
    ? `${values}, until ${timeText(nextAt)} at ${readersBehind === undefined ? "least" : "most"}`
    : `${values} given up, which the target may still accept until after the next rotation`;
}

/** What a person has to do something about. */
function needsOf({ signs, home }: RotationStatus): readonly string[] {
  return [
    ...(home.is === "missing" ? [`${home.reason}: ${reasons[home.reason]}`] : []),
    ...(signs.failing === 1 ? ["three attempts in a row did not get to their end"] : []),
    ...(signs.overdue === 1 ? ["a rotation has been due for over an hour"] : []),
    ...(signs.retireOverdue === 1 ? ["a value that was replaced should have ended over an hour ago"] : []),
  ];
}

export const needsPerson = (found: RotationStatus | Outcome): boolean =>
  "outcome" in found || needsOf(found).length > 0;

const labelWidth = 10;

/** A label and a text beside it, in lines of so many columns. */
const row = (label: string, text: string, width: number): string =>
  `${label.padEnd(labelWidth)}${wrapped(text, " ".repeat(labelWidth), width).slice(labelWidth)}`;

/** The screen of `homing rotate`. */
export function rotationText(rotator: Rotator, found: RotationStatus | Outcome, now: number, width: number): string {
  const { functionName, logGroupName, settings } = rotator;
  const { secretName, schedule, intervalSeconds, overlapSeconds } = settings;
  const line = (label: string, text: string): string => row(label, text, width);
  const age = isCron(schedule) ? ` in UTC, and at an age of ${durationText(intervalSeconds)}` : "";
  const head = [
    secretName,
    line("function", functionName),
    line("schedule", `${schedule}${age}; overlap ${durationText(overlapSeconds)}`),
  ];
  const log = `-> aws logs tail ${logGroupName} --since 1h`;
  if ("outcome" in found) {
    return [...head, "", "Needs you", `  ${found.reason}: ${reasons[found.reason]}`, "  -> docs/rotation.md"].join(
      "\n",
    );
  }
  const { home, rotatedAt, tries, claimedAt, readersBehind } = found;
  const former = formerText(found);
  const needs = needsOf(found);
  return [
    ...head,
    ...(home.is === "held"
      ? [line("home", `version ${home.version} of ${timeText(Date.parse(home.createdTime))}`)]
      : [line("home", "missing")]),
    line("rotated", rotatedAt === 0 ? "never" : timeText(rotatedAt)),
    line("stands", steps[found.step](found)),
    ...(claimedAt === 0 ? [] : [line("attempt", `${tries}, begun ${timeText(claimedAt)}, without an end so far`)]),
    ...(former === undefined ? [] : [line("former", former)]),
    ...(readersBehind === undefined ? [] : [line("readers", `${readersBehind.join(", ")} may still use it`)]),
    line("next", nextText(found, rotator, now)),
    ...(needs.length === 0 ? [] : ["", "Needs you", ...needs.map((need) => `  ${need}`), `  ${log}`]),
  ].join("\n");
}

const timeOrNone = (ms: number): string | undefined => (ms === 0 ? undefined : new Date(ms).toISOString());

/** What `--json` prints of it; a time that is not there is left out. */
export function rotationRecord(rotator: Rotator, found: RotationStatus | Outcome): object {
  const { functionName, settings } = rotator;
  const { secretName: secret, mount, schedule, intervalSeconds, overlapSeconds } = settings;
  const home = `${mount}/${homePath(settings, secret)}`;
  const about = { secret, home, function: functionName, schedule, intervalSeconds, overlapSeconds };
  if ("outcome" in found) return { ...about, reason: found.reason, needsPerson: true };
  return {
    ...about,
    ...(found.home.is === "held" ? { homeVersion: found.home.version } : { reason: found.home.reason }),
    step: found.step,
    rotatedAt: timeOrNone(found.rotatedAt),
    wantedAt: timeOrNone(found.wantedAt),
    attempts: found.tries,
    attemptAt: timeOrNone(found.claimedAt),
    ending: found.ending,
    readersBehind: found.readersBehind,
    nextAt: timeOrNone(found.nextAt),
    needsPerson: needsPerson(found),
  };
}

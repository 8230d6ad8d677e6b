/** The safeguards of a rotation, each switched off in a configuration that finds it missing. */
import type { Call, Event, HeldHome, Run } from "../../runtime/rotator/run";
import type { Report } from "../../runtime/rotator/reports";
import { isAmong, unrotated } from "../../runtime/rotator/rotation";
import type { Rotation } from "../../runtime/rotator/rotation";
import { administered, one, stubborn, two } from "./configurations";
import type { Configuration, Without } from "./explorer";
import { edits } from "./persons";
import { limits, timeText, valueOf } from "./world";

export interface Safeguard {
  readonly safeguard: string;
  readonly configuration: Configuration & { readonly without: Without };
  /** What is wrong without it. */
  readonly finds: RegExp;
}

const left = { starts: 3, crashes: 1, edits: 1, reads: 1, reports: 0, units: 5 };

const reporting = { starts: 2, crashes: 0, edits: 0, reads: 0, reports: 1, units: 4 };

const writing = (change: (rotation: Rotation) => Rotation) => (call: Call) =>
  call.is === "write-entry" ? { ...call, rotation: change(call.rotation) } : call;

const hearing =
  (change: (home: HeldHome, rotation: Rotation | undefined) => HeldHome) =>
  (event: Event, run: Run): Event =>
    event.is === "home" ? { ...event, home: change(event.home, run.entry?.rotation) } : event;

const hearingReports =
  (change: (report: Report, home: HeldHome) => Report) =>
  (event: Event, { home }: Run): Event =>
    event.is === "reports" && home !== undefined
      ? {
          ...event,
          reports: event.reports.map((one) =>
            one.report === "absent" ? one : { ...one, report: change(one.report, home) },
          ),
        }
      : event;

const accepting =
  (of: "pending" | "home") =>
  (event: Event): Event =>
    event.is === "tested" && event.of === of ? { ...event, answer: "accepted" } : event;

const row = (
  safeguard: string,
  finds: RegExp,
  without: Without,
  rest: Partial<Omit<Configuration, "name" | "without">> = {},
): Safeguard => ({
  safeguard,
  finds,
  configuration: { name: safeguard, target: two, rotators: 1, edits: [], left, ...rest, without },
});

export const safeguards: readonly Safeguard[] = [
  row("the pending value is in Vault before set is called", /accepts k1, which is not in Vault/, {
    call: writing((rotation) => (rotation.is === "pending" ? unrotated : rotation)),
    event: (event, _run, given) =>
      event.is === "entry-written" && given.is === "write-entry" ? { ...event, rotation: given.rotation } : event,
  }),
  row("the target accepts a value before the home holds it", /not in Vault|reader holds k1/, {
    event: accepting("pending"),
  }),
  row(
    "check-and-set at the home",
    /nobody had looked at was written over/,
    { unchecked: "home" },
    { edits: [edits.note] },
  ),
  row("check-and-set at the pending path", /not in Vault|has not ended/, { unchecked: "entry" }, { rotators: 2 }),
  row("the overlap", /reader holds k0/, { limits: { overlapMs: 0 } }),
  row(
    "what the home was set back to does not end",
    /reader holds k0|does not accept the home's k0/,
    {
      event: hearing((home, rotation) =>
        rotation?.is === "retiring" && isAmong(home.data, rotation.ending) ? { ...home, data: rotation.current } : home,
      ),
    },
    { edits: [edits.setBack], left: { ...left, crashes: 0, units: 8 } },
  ),
  row(
    "nothing ends while the target does not accept what the home holds",
    /blocked|not in Vault/,
    { event: accepting("home") },
    { target: one, edits: [edits.note] },
  ),
  row(
    "a refused value is remembered",
    /k1 was offered again/,
    {
      event: (event) => (event.is === "entry" ? { ...event, rotation: { ...event.rotation, refused: [] } } : event),
    },
    { target: { ...two, ...stubborn } },
  ),
  row(
    "the target is asked before a value is offered",
    /blocked/,
    {
      event: (event, run) =>
        event.is === "tested" && event.of === "pending" && run.offered === "not"
          ? { ...event, answer: "refused" }
          : event,
    },
    { target: one },
  ),
  row(
    "set is given the value before",
    /blocked/,
    { call: (call) => (call.is === "set" ? { ...call, previous: undefined } : call) },
    { target: one, edits: [edits.note] },
  ),
  row(
    "retire is told what the home holds",
    /blocked|does not accept the home's k0/,
    { call: (call) => (call.is === "retire" ? { ...call, current: valueOf("unknown") } : call) },
    { edits: [edits.note] },
  ),
  row(
    "an attempt ends before the next begins",
    /accepts k1, which is not in Vault/,
    { limits: { leaseMs: 0, attemptMs: 1e15 } },
    {
      target: administered,
      rotators: 2,
      edits: [edits.note],
      left: { starts: 3, crashes: 0, edits: 1, reads: 0, reports: 0, units: 4 },
    },
  ),
  row(
    "a home that was changed within the overlap waits",
    /reader holds k0/,
    {
      event: hearing((home) => ({ ...home, createdTime: timeText(0) })),
    },
    { edits: [edits.byHand] },
  ),
  row(
    "values that were given up are kept until they end",
    /not in Vault|has not ended/,
    { call: writing((rotation) => ({ ...rotation, loose: [] })) },
    { edits: [edits.garbage] },
  ),
  row(
    "a version of the home is known by its time, too",
    /nobody had looked at was written over/,
    {
      event: hearing((home, rotation) =>
        rotation?.is === "pending" ? { ...home, createdTime: rotation.base.createdTime } : home,
      ),
    },
    { edits: [edits.recreated] },
  ),
  row(
    "a value that is never accepted is given up",
    /blocked/,
    {
      event: (event) =>
        event.is === "entry" && event.rotation.is === "pending"
          ? { ...event, rotation: { ...event.rotation, triesBefore: event.rotation.tries } }
          : event,
    },
    { target: { ...two, forgets: ["k1"] } },
  ),
  row(
    "what ends waits for a reader that is named",
    /a reader that reports holds k0/,
    { limits: { unreadMs: 0 } },
    { named: "program", left: reporting },
  ),
  row(
    "it waits for a reader that has not reported",
    /a reader that reports holds k0/,
    { event: (event) => (event.is === "reports" ? { ...event, reports: [] } : event) },
    { named: "program", left: reporting },
  ),
  row(
    "a report counts for the version of the home that it names",
    /a reader that reports holds k0/,
    {
      event: hearingReports((report, { version, createdTime }) => ({
        ...report,
        version,
        createdTime: Date.parse(createdTime),
      })),
    },
    { named: "program", left: reporting },
  ),
  row(
    "one process that has read the new value does not speak for those that still use the former one",
    /a reader that reports holds k0/,
    { event: hearingReports((report) => ({ ...report, cacheSeconds: 0 })) },
    { named: "processes", left: { ...reporting, reports: 2 } },
  ),
];

/** The same configuration with its safeguard. */
export const whole = (configuration: Configuration): Configuration => ({ ...configuration, without: {} });

/** What must be longer than what, so that a table of times that was changed is noticed. */
export const timesFit = limits.leaseMs > limits.attemptMs && limits.overlapMs > limits.leaseMs;

/** Visits every world that rotators, a person, a reader and time can make, with the real machine. */
import { nextCall } from "../../runtime/rotator/machine";
import { afterEvent, newRun } from "../../runtime/rotator/run";
import type { Call, Event, Limits, Run } from "../../runtime/rotator/run";
import { isPossible, restored } from "./persons";
import type { Edit } from "./persons";
import { keyOf, limits, namedCacheMs, perform, timeText, unit, unreadMs, valueOf, violationIn } from "./world";
import type { Named, Target, Unchecked, World } from "./world";

/** A safeguard that is switched off: in the machine's times, in what it says or hears, or in Vault. */
export interface Without {
  readonly limits?: Partial<Limits>;
  readonly call?: (call: Call, world: World) => Call;
  readonly event?: (event: Event, run: Run, given: Call) => Event;
  readonly unchecked?: Unchecked;
}

export interface Configuration {
  readonly name: string;
  readonly target: Target;
  readonly rotators: 1 | 2;
  readonly edits: readonly Edit[];
  /** The reader that the rotator names; none without. */
  readonly named?: Named;
  readonly left: World["left"];
  readonly without?: Without;
}

export interface Finding {
  readonly violation: string;
  readonly path: readonly string[];
}

export interface Exploration {
  readonly worlds: number;
  readonly ends: number;
  readonly exhausted: boolean;
  readonly finding: Finding | undefined;
}

interface Next {
  readonly label: string;
  readonly world: World;
  readonly violation?: string | undefined;
}

const cacheMs = limits.overlapMs;

const start = ({ rotators, left }: Configuration): World => ({
  now: limits.overlapMs,
  entry: undefined,
  home: { version: 1, createdTime: timeText(0), data: valueOf("k0") },
  homeIs: "there",
  former: undefined,
  accepted: ["k0"],
  refused: [],
  persons: [],
  wrong: [],
  made: 0,
  reader: undefined,
  named: undefined,
  report: "absent",
  runs: Array.from({ length: rotators }, () => undefined),
  left,
});

const withRun = (world: World, at: number, run: Run | undefined): World => ({
  ...world,
  runs: world.runs.map((one, index) => (index === at ? run : one)),
});

const spent = (world: World, what: keyof World["left"]): World => ({
  ...world,
  left: { ...world.left, [what]: world.left[what] - 1 },
});

/** One call of a rotator, and what it came to. */
function step(world: World, at: number, run: Run, { target, named, without = {} }: Configuration): Next {
  const own = named === undefined ? limits : { ...limits, unreadMs };
  const given = nextCall(run, { ...own, ...without.limits }, world.now);
  const call = without.call?.(given, world) ?? given;
  if (call.is === "end") return { label: `ends: ${call.outcome.reason}`, world: withRun(world, at, undefined) };
  const done = perform(world, call, target, without.unchecked ?? "none");
  const event = without.event?.(done.event, run, given) ?? done.event;
  return { label: call.is, world: withRun(done.world, at, afterEvent(run, event)), violation: done.violation };
}

function nextOf(world: World, configuration: Configuration): readonly Next[] {
  const { left } = world;
  const next: Next[] = [];
  for (const [at, run] of world.runs.entries()) {
    const who = `rotator ${(at + 1).toString()}`;
    if (run === undefined) {
      if (left.starts > 0) {
        const wish = left.starts === configuration.left.starts ? "start" : "continue";
        next.push({ label: `${who} starts`, world: withRun(spent(world, "starts"), at, newRun(wish)) });
      }
      continue;
    }
    const then = step(world, at, run, configuration);
    next.push({ ...then, label: `${who}: ${then.label}` });
    if (left.crashes > 0 && !then.label.startsWith("ends")) {
      // Before a call is after the one before it.
      const after = spent(withRun(then.world, at, undefined), "crashes");
      next.push({ label: `${who} is cut off after ${then.label}`, world: after, violation: then.violation });
    }
  }
  if (left.units > 0) {
    const now = world.now + unit;
    const reader = world.reader !== undefined && now < world.reader.until ? world.reader : undefined;
    const named = world.named !== undefined && isPromised(world, world.named, now) ? world.named : undefined;
    next.push({ label: "time passes", world: { ...spent(world, "units"), now, reader, named } });
  }
  if (left.reports > 0 && world.homeIs === "there" && configuration.named !== undefined) {
    next.push(...reportsOf(spent(world, "reports"), configuration.named));
  }
  if (left.reads > 0 && world.homeIs === "there") {
    const key = keyOf(world.home.data);
    // A reader of what a person wrote wrongly has the person to thank.
    const isTheirs = world.persons.includes(key) && !world.accepted.includes(key);
    const reader = isTheirs ? undefined : { key, until: world.now + cacheMs };
    next.push({ label: "a reader reads", world: { ...spent(world, "reads"), reader } });
  }
  if (left.edits > 0) {
    for (const edit of configuration.edits) {
      const edited = isPossible(edit, world) ? edit.of(world, configuration.target) : undefined;
      // Who changes the credential by hand sees to the readers.
      if (edited !== undefined)
        next.push({ label: edit.name, world: { ...spent(edited, "edits"), ...excused(edited) } });
    }
  }
  return next;
}

/** A reader that a person's own change of the target cut off. */
const excused = ({ reader, named, accepted }: World): Pick<World, "reader" | "named"> => ({
  reader: reader !== undefined && accepted.includes(reader.key) ? reader : undefined,
  named: named !== undefined && accepted.includes(named.key) ? named : undefined,
});

/** Whether the reader that reports still uses what it holds, and may: after the longest overlap that ends all the same. */
const isPromised = ({ home }: World, { key, until }: { readonly key: string; readonly until: number }, now: number) =>
  now < until && (key === keyOf(home.data) || now < Date.parse(home.createdTime) + limits.overlapMs + unreadMs);

/** What the reader that reports does next, each way that it can go. */
function reportsOf(world: World, named: Named): readonly Next[] {
  const { now, home } = world;
  const key = keyOf(home.data);
  const read = { version: home.version, createdTime: now };
  switch (named) {
    case "program": {
      const holding = { ...world, named: { key, until: Infinity } };
      return [
        { label: "the program reads and reports", world: { ...holding, report: { ...read, cacheSeconds: 0 } } },
        { label: "the program reads, and its report is lost", world: holding },
      ];
    }
    case "processes": {
      const report = { ...read, cacheSeconds: namedCacheMs / 1_000 };
      const holding = { key, until: now + namedCacheMs };
      return [
        { label: "a process reads and reports", world: { ...world, report, named: holding } },
        { label: "another process reads and reports", world: { ...world, report } },
      ];
    }
    default:
      return named satisfies never;
  }
}

const isQuiet = ({ runs }: World): boolean => runs.every((run) => run === undefined);

/** Attempts, hours apart, that must be enough to bring any world to its end. */
const attempts = 25;

/** Lets one rotator go on, undisturbed, until nothing is due. */
function goneOn(world: World, configuration: Configuration): World | { readonly failure: string } | "blocked" {
  let at = world;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    at = withRun({ ...at, now: at.now + 61 * unit }, 0, newRun("continue"));
    for (let run = at.runs[0]; run !== undefined; run = at.runs[0]) {
      const then = step(at, 0, run, configuration);
      const failure = then.violation ?? violationIn(then.world, configuration.target);
      if (failure !== undefined) return { failure };
      at = then.world;
      if (then.label === "ends: not-due") return at;
    }
  }
  return "blocked";
}

/** What is wrong when a world is brought to its end: nobody may be blocked for ever. */
function endOf(world: World, configuration: Configuration): string | undefined {
  const first = { ...restored(world), reader: undefined, named: undefined };
  let at = goneOn(first, configuration);
  const [live] = first.accepted;
  if (at === "blocked" && live !== undefined && first.wrong.includes(keyOf(first.home.data))) {
    // No value that the rotator knows is the target's any more: the person who wrote over it puts it right.
    const home = { version: first.home.version + 1, createdTime: timeText(first.now), data: valueOf(live) };
    at = goneOn({ ...first, home }, configuration);
  }
  if (at === "blocked") return "it is blocked";
  const wrong = "failure" in at ? at.failure : wrongAtEnd(at);
  return wrong === undefined ? undefined : `at the end ${wrong}`;
}

function wrongAtEnd({ home, accepted, persons, wrong }: World): string | undefined {
  const key = keyOf(home.data);
  // With nothing begun since, a person's wrong credential is the person's.
  if (!accepted.includes(key) && !wrong.includes(key)) return `the target does not accept the home's ${key}`;
  const leaked = accepted.find((one) => one !== key && !persons.includes(one));
  return leaked === undefined ? undefined : `${leaked} has not ended`;
}

interface Visit {
  readonly world: World;
  readonly label: string;
  readonly from: Visit | undefined;
}

function pathTo(visit: Visit): readonly string[] {
  const labels: string[] = [];
  for (let at = visit; at.from !== undefined; at = at.from) labels.push(at.label);
  return labels.reverse();
}

/**
 * Visits the worlds of a configuration, nearest first, until something is wrong.
 *
 * @param bound worlds to visit at most
 */
export function explore(configuration: Configuration, bound: number): Exploration {
  const first = start(configuration);
  const seen = new Set([JSON.stringify(first)]);
  const ended = new Set<string>();
  let todo: Visit[] = [{ world: first, label: "", from: undefined }];
  while (todo.length > 0 && seen.size < bound) {
    const following: Visit[] = [];
    for (const visit of todo) {
      for (const { label, world, violation } of nextOf(visit.world, configuration)) {
        const text = JSON.stringify(world);
        const then = { world, label, from: visit };
        const wrong = violation ?? violationIn(world, configuration.target);
        const found = (what: string): Exploration => ({
          worlds: seen.size,
          ends: ended.size,
          exhausted: false,
          finding: { violation: what, path: pathTo(then) },
        });
        if (wrong !== undefined) return found(wrong);
        if (seen.has(text)) continue;
        seen.add(text);
        following.push(then);
        if (!isQuiet(world)) continue;
        const end = JSON.stringify({ ...world, left: undefined, reader: undefined, named: undefined });
        if (ended.has(end)) continue;
        ended.add(end);
        const atEnd = endOf(world, configuration);
        if (atEnd !== undefined) return found(atEnd);
      }
    }
    todo = following;
  }
  return { worlds: seen.size, ends: ended.size, exhausted: todo.length === 0, finding: undefined };
}

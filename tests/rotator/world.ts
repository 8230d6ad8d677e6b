/** The world that rotators act on: Vault's two entries, a target, a reader with a cache, and a person. Plain data. */
import { writeRotation } from "../../runtime/rotator/rotation";
import type { Rotation, ValueText } from "../../runtime/rotator/rotation";
import type { Report } from "../../runtime/rotator/reports";
import { noEntry } from "../../runtime/rotator/run";
import type { Call, Event, HeldHome, Limits, Run } from "../../runtime/rotator/run";

/** One unit of time. */
export const unit = 60_000;
export const limits: Limits = {
  intervalMs: 1e15,
  overlapMs: 3 * unit,
  unreadMs: 0,
  attemptMs: unit,
  leaseMs: 2 * unit,
};

/** How much longer a value stays for a reader that reports, and how long its processes say that they use a value. */
export const unreadMs = 4 * unit;
export const namedCacheMs = 5 * unit;

/** A reader that reports: one program that keeps a value until it reads again, or several that each keep it for a time. */
export type Named = "program" | "processes";

/** A value of the home: the credential, and something beside it that only a person changes. */
export const valueOf = (key: string, note = ""): ValueText => JSON.stringify({ key, note });
export const keyOf = (value: ValueText): string => (JSON.parse(value) as { readonly key: string }).key;

/** A time as Vault writes it. */
export const timeText = (ms: number): string => new Date(ms).toISOString();

export interface Entry {
  readonly version: number;
  /** `unreadable` and `deleted` are a person's. */
  readonly is: "rotation" | "unreadable" | "deleted";
  /** What it holds, or held before the person came. */
  readonly rotation: Rotation;
}

export interface World {
  readonly now: number;
  readonly entry: Entry | undefined;
  readonly home: HeldHome;
  readonly homeIs: "there" | "deleted";
  /** What the home held before its current version. */
  readonly former: ValueText | undefined;
  /** The credentials that the target accepts, newest first. */
  readonly accepted: readonly string[];
  /** Keys that a rotator has recorded as refused. */
  readonly refused: readonly string[];
  /** Keys that a person brought into the home, or out of it: whether they end is the person's business. */
  readonly persons: readonly string[];
  /** Keys that the target did not accept when a person wrote them into the home. */
  readonly wrong: readonly string[];
  /** How many values were made. */
  readonly made: number;
  readonly reader: { readonly key: string; readonly until: number } | undefined;
  /** What the reader that reports may still use, as long as it does and nobody has broken the promise to it. */
  readonly named: { readonly key: string; readonly until: number } | undefined;
  readonly report: Report | "absent";
  readonly runs: readonly (Run | undefined)[];
  readonly left: {
    readonly starts: number;
    readonly crashes: number;
    readonly edits: number;
    readonly reads: number;
    /** Reads of the reader that reports. */
    readonly reports: number;
    readonly units: number;
  };
}

/** What the target is, and what becomes of the values that create makes. */
export interface Target {
  /** How many credentials it accepts at once. */
  readonly credentials: 1 | 2;
  /** Keys in the order in which create makes them; then fresh ones. */
  readonly makes: readonly string[];
  /** Keys that it never takes, and says so. */
  readonly refuses: readonly string[];
  /** Keys that it seems to take, and never accepts. */
  readonly forgets: readonly string[];
  /** What set logs in with: a credential that it is given, or an administrator's. */
  readonly login: "given" | "administrator";
}

/** Vault without its check-and-set at one of the entries. */
export type Unchecked = "none" | "entry" | "home";

export interface Done {
  readonly world: World;
  readonly event: Event;
  readonly violation?: string;
}

const stopped = (outcome: "nothing" | "refused" | "failed", reason: "elsewhere" | "home-deleted"): Event => ({
  is: "stopped",
  outcome: { outcome, reason },
});

const failed = (reason: "set-failed"): Event => ({ is: "stopped", outcome: { outcome: "failed", reason } });

/** Does a call of a rotator, as Vault and the target would. */
export function perform(world: World, call: Exclude<Call, { is: "end" }>, target: Target, unchecked: Unchecked): Done {
  const { entry, home, homeIs, accepted } = world;
  switch (call.is) {
    case "read-entry": {
      if (entry === undefined) return { world, event: noEntry };
      const { is, version, rotation } = entry;
      if (is === "rotation") return { world, event: { is: "entry", version, rotation } };
      const reason = is === "deleted" ? "pending-deleted" : "pending-unreadable";
      return { world, event: { is: "stopped", outcome: { outcome: "refused", reason } } };
    }
    case "read-home":
      if (homeIs === "deleted") return { world, event: stopped("refused", "home-deleted") };
      return { world, event: { is: "home", home } };
    case "read-reports":
      return { world, event: { is: "reports", reports: [{ reader: "named", report: world.report }] } };
    case "write-entry": {
      const { base, ends } = call;
      const version = entry?.version ?? 0;
      // Since when exactly makes no difference to the machine: worlds that differ in nothing else are one.
      const rotation = { ...call.rotation, wantedAt: Math.min(call.rotation.wantedAt, 1), rotatedAt: 0 };
      if (version !== base && unchecked !== "entry") return { world, event: stopped("nothing", "elsewhere") };
      const written = { is: "rotation", version: version + 1, rotation } as const;
      const refused = [...new Set([...world.refused, ...rotation.refused.map(keyOf)])];
      return {
        world: { ...world, entry: written, refused },
        event: {
          is: "entry-written",
          version: written.version,
          rotation,
          ...(ends === undefined ? {} : { ends }),
        },
      };
    }
    case "write-home": {
      const { value, base } = call;
      if (home.version !== base && unchecked !== "home") return { world, event: { is: "home-mismatch" } };
      const written = { version: home.version + 1, createdTime: timeText(world.now), data: value };
      const from = entry?.rotation.is === "pending" ? entry.rotation.current : undefined;
      return {
        world: { ...world, home: written, homeIs: "there", former: home.data },
        event: { is: "home-written", home: written },
        ...(from === home.data ? {} : { violation: "a value that nobody had looked at was written over" }),
      };
    }
    case "create": {
      const key = target.makes[world.made] ?? `k${(world.made + 1).toString()}`;
      const { note } = JSON.parse(call.current) as { note: string };
      return { world: { ...world, made: world.made + 1 }, event: { is: "created", value: valueOf(key, note) } };
    }
    case "set": {
      const key = keyOf(call.pending);
      const again = world.refused.includes(key) ? { violation: `the refused value ${key} was offered again` } : {};
      if (target.refuses.includes(key)) {
        return { world, event: { is: "offered", answer: "refused" }, ...again };
      }
      const logins = [call.current, ...(call.previous === undefined ? [] : [call.previous])].map(keyOf);
      const login = target.login === "administrator" ? accepted[0] : logins.find((one) => accepted.includes(one));
      if (login === undefined) return { world, event: failed("set-failed"), ...again };
      if (target.forgets.includes(key)) return { world, event: { is: "offered", answer: "set" }, ...again };
      // A target with room for two forgets the older of those that were there.
      const others = [login, ...accepted].filter((one, at, all) => one !== key && all.indexOf(one) === at);
      const now = [key, ...others].slice(0, target.credentials);
      return { world: { ...world, accepted: now }, event: { is: "offered", answer: "set" }, ...again };
    }
    case "test":
      return {
        world,
        event: { is: "tested", of: call.of, answer: accepted.includes(keyOf(call.value)) ? "accepted" : "refused" },
      };
    case "retire": {
      const [key, current] = [keyOf(call.ending), keyOf(call.current)];
      const isKept = target.credentials === 1 || key === current;
      return {
        world: isKept ? world : { ...world, accepted: accepted.filter((one) => one !== key) },
        event: { is: "retired" },
      };
    }
    default:
      return call satisfies never;
  }
}

/** What is wrong with a world; undefined when nothing is. */
export function violationIn(world: World, target: Target): string | undefined {
  const { reader, entry, home, accepted, persons } = world;
  const held = reader?.key;
  // With one credential there is a gap, which the documentation states.
  if (target.credentials === 2 && held !== undefined && !accepted.includes(held)) {
    return `a reader holds ${held}, which the target does not accept`;
  }
  if (world.named !== undefined && !accepted.includes(world.named.key)) {
    return `a reader that reports holds ${world.named.key}, which the target does not accept`;
  }
  const inVault = home.data + (entry === undefined ? "" : writeRotation(entry.rotation));
  const isThere = (key: string): boolean => inVault.includes(key) || persons.includes(key);
  const lost = accepted.find((key) => !isThere(key));
  return lost === undefined ? undefined : `the target accepts ${lost}, which is not in Vault`;
}

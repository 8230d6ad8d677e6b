/** Reads secrets by the name that they have in Secrets Manager, and keeps each until its deadline. */
import { homePath, isSecretName } from "../model/path";
import type { PathSettings } from "../model/path";
import { isRetryableError } from "../shared/errors";
import { readErrorOf, readSecretError } from "./readErrors";
import type { Report } from "./report";
import { awaitsLabel, isLabelled, readSecretValue } from "./secretValue";
import type { Secret, StoredVersion } from "./secretValue";

/** What Vault holds at a path. */
export type Stored =
  { readonly is: "absent" } | { readonly is: "deleted" } | { readonly is: "version"; readonly stored: StoredVersion };

export interface ReadSettings extends PathSettings {
  /** How long a value is used before Vault is asked again; 0 asks every time. */
  readonly cacheSeconds: number;
}

export interface ReadDeps {
  /** Reads a path of the mount. @throws a RetryableError when Vault can't be reached */
  readonly load: (path: string) => Promise<Stored>;
  readonly report: Report;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Gives a secret by the name that it has or had in Secrets Manager.
 *
 * @throws a ReadSecretError, whose `code` says why
 */
export type ReadSecret = (name: string) => Promise<Secret>;

/** The most values that are kept: more than a program reads, and few enough that names from outside can't fill memory. */
const maxKept = 100;
/** A label that is still to be written is waited for, ten times a tenth of a second at most. */
const labelTries = 10;
const labelPauseMs = 100;
/**
 * The longest that a version without a label is kept. The mover may write its label late, after a PATCH that failed for
 * a while; until then the same value has another shape, which nobody should get for the whole cache time.
 */
const unlabelledSeconds = 5;

export function makeReadSecret(settings: ReadSettings, { load, report, now, sleep }: ReadDeps): ReadSecret {
  const kept = new Map<string, { readonly stored: StoredVersion; readonly deadline: number }>();
  const loading = new Map<string, Promise<StoredVersion>>();

  async function loadVersion(name: string): Promise<StoredVersion> {
    const found = await load(homePath(settings, name)).catch((error: unknown) => {
      throw isRetryableError(error) ? readErrorOf(error, name) : error;
    });
    switch (found.is) {
      case "absent":
        throw readSecretError("not-found", name, "Vault holds nothing at its home");
      case "deleted":
        throw readSecretError("deleted", name, "the current version at its home is deleted");
      case "version":
        return found.stored;
      default:
        return found satisfies never;
    }
  }

  async function fetchVersion(name: string): Promise<StoredVersion> {
    let asked = now();
    let stored = await loadVersion(name);
    for (let tries = 0; tries < labelTries && awaitsLabel(stored, now()); tries += 1) {
      await sleep(labelPauseMs);
      asked = now();
      stored = await loadVersion(name);
    }
    keep(name, stored, asked);
    await report(name, stored);
    return stored;
  }

  function keep(name: string, stored: StoredVersion, asked: number): void {
    kept.delete(name);
    if (awaitsLabel(stored, now())) return;
    const oldest = kept.keys().next();
    if (kept.size >= maxKept && oldest.done !== true) kept.delete(oldest.value);
    const { cacheSeconds } = settings;
    const seconds = isLabelled(stored) ? cacheSeconds : Math.min(cacheSeconds, unlabelledSeconds);
    const deadline = Math.min(asked + seconds * 1_000, stored.expiryTime ?? Infinity);
    kept.set(name, { stored, deadline });
  }

  function version(name: string): StoredVersion | Promise<StoredVersion> {
    const held = kept.get(name);
    if (held !== undefined && now() < held.deadline) return held.stored;
    const running = loading.get(name);
    if (running !== undefined) return running;
    const started = fetchVersion(name).finally(() => loading.delete(name));
    loading.set(name, started);
    return started;
  }

  return async (name) => {
    if (!isSecretName(name)) throw readSecretError("bad-name", name, "no secret in Secrets Manager has such a name");
    const stored = await version(name);
    const value = readSecretValue(stored);
    if (value !== undefined) return { ...value, version: stored.version };
    throw readSecretError("unreadable", name, `version ${stored.version} is not what its label says`);
  };
}

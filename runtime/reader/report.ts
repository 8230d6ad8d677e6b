/** Tells the rotator of a secret which version of it this program uses, so that the former one does not end before. */
import { reportPath } from "../model/path";
import type { PathSettings } from "../model/path";
import { isRetryableError } from "../shared/errors";
import type { Kv } from "../vault/kv";
import { answerError } from "../vault/vaultErrors";
import type { StoredVersion } from "./secretValue";

export interface ReportSettings extends Pick<PathSettings, "account" | "region"> {
  /** Empty for a reader that reports nothing. */
  readonly readerName: string;
  readonly reportedSecrets: readonly string[];
  readonly cacheSeconds: number;
}

export interface ReportDeps {
  /** Writes a path of the mount. @throws a RetryableError when that is not done */
  readonly store: (path: string, data: string) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly warn: (line: string) => void;
}

/** Reports a version that was read, if it is another than the last one. Never throws, and takes its time limit at most. */
export type Report = (name: string, stored: StoredVersion) => Promise<void>;

/** A read waits no longer for its report. */
const longestMs = 2_000;
/** Nobody tries more often than this after one that failed: each may cost a login. */
const pauseMs = 60_000;

export function makeReport(settings: ReportSettings, { store, now, sleep, warn }: ReportDeps): Report {
  const { readerName, reportedSecrets, cacheSeconds } = settings;
  /** The version that Vault has, by the secret's name. */
  const told = new Map<string, string>();
  /** Whose report is on its way: a slow one must not come to Vault after a later one. */
  const telling = new Set<string>();
  let notBefore = 0;
  let warned: "not" | "once" = "not";

  async function tell(name: string, version: number, id: string): Promise<void> {
    telling.add(name);
    try {
      await store(reportPath(settings, readerName, name), JSON.stringify({ version, cacheSeconds }));
      told.set(name, id);
    } catch (error) {
      notBefore = now() + pauseMs;
      if (warned === "once") return;
      warned = "once";
      const why = isRetryableError(error) ? error.code : "defect";
      warn(
        `homing: reader ${readerName} can't report the version of secret ${name} that it uses (${why}); it reads it all ` +
          "the same, and the former value stays for the longest overlap",
      );
    } finally {
      telling.delete(name);
    }
  }

  return async (name, { version, createdTime }) => {
    const id = `${version} ${createdTime}`;
    if (readerName === "" || !reportedSecrets.includes(name)) return;
    if (told.get(name) === id || telling.has(name) || now() < notBefore) return;
    await Promise.race([tell(name, version, id), sleep(longestMs)]);
  };
}

/** Stores a report; no version is expected, since whoever reads last is right. */
export async function storeReport({ send, url }: Kv, path: string, data: string): Promise<void> {
  const step = "write";
  const answer = await send({ step, method: "POST", path: url("data", path), body: `{"data":${data}}` });
  if (answer.status !== 200) throw answerError(step, answer);
}

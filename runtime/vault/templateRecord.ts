/**
 * The entry `~homing/<account>/<region>`, which records where the homes of an account and a region are. A stack whose
 * prefix or template changed would look for homes at other paths, take all of them for absent and write every secret a
 * second time. The mover may write the entry once and never change it.
 */
import { templateRecordPath, urlPath } from "../model/path";
import { placeOf } from "../model/stateTag";
import type { MoverSettings } from "../shared/environment";
import { retryableError } from "../shared/errors";
import type { RetryableError } from "../shared/errors";
import type { TokenSource } from "./token";
import type { Answer, Transport } from "./transport";
import { clientError, makeVaultClient, refusalOf } from "./vaultClient";
import { answerError, isDeletedVersion, isMismatch, isMountMissing, isNeverWritten } from "./vaultErrors";

const step = "set-up";

type Recorded = Readonly<Record<string, unknown>>;

interface RecordAnswer {
  readonly data?: { readonly data?: Recorded | null; readonly metadata?: unknown };
}

/** What a stack with these settings records. */
const recordOf = (settings: MoverSettings): Readonly<Record<string, string>> => ({
  mount: settings.mount,
  homePrefix: settings.homePrefix,
  homeTemplate: settings.homeTemplate,
  place: placeOf(settings),
});

/** A recorded value as a message may have it: whoever runs Vault can write other things than settings. */
const shown = (value: unknown): string =>
  typeof value === "string" && /^[A-Za-z0-9_{}/-]{1,512}$/.test(value) ? value : "what no setting can be";

/** Names each setting that is recorded otherwise; empty when none is. */
function differencesOf(recorded: Recorded, own: Readonly<Record<string, string>>): string {
  const others = Object.keys(own).filter((key) => recorded[key] !== own[key]);
  // The place stands for all of them, and alone for the namespace.
  const named = others.length > 1 ? others.filter((key) => key !== "place") : others;
  return named
    .map(
      (key) => `${key === "place" ? "the place (vaultNamespace)" : key} ${shown(recorded[key])}, not ${own[key] ?? ""}`,
    )
    .join(", ");
}

/**
 * Checks where the homes are recorded to be, and records it where nothing is recorded yet (never in mode `audit`).
 *
 * @throws a RetryableError: `vault-template-changed` when another place is recorded, `vault-record-deleted` when somebody
 * deleted the entry
 */
export async function checkTemplateRecord(
  settings: MoverSettings,
  transport: Transport,
  token: TokenSource,
  mayWrite: boolean,
): Promise<void> {
  const { mount } = settings;
  const entry = templateRecordPath(settings);
  const path = `${urlPath(mount)}/data/${urlPath(entry)}`;
  const used = await token.get();
  const client = makeVaultClient(transport, step, {
    address: settings.vaultAddress,
    namespace: settings.vaultNamespace,
    token: used,
  });

  function refusedBy(refusal: Answer): RetryableError {
    if (refusal.status === 403) token.drop(used);
    return answerError(step, refusal);
  }

  /** Makes a call of node-vault and sorts its refusal; `undefined` means that `expected` accepted the refusal. */
  async function call<T>(run: () => Promise<unknown>, expected: (refusal: Answer) => boolean): Promise<T | undefined> {
    try {
      return (await run()) as T;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw clientError(step, error);
      if (isMountMissing(refusal)) throw retryableError("vault-mount-missing", step, `Vault has no mount ${mount}`);
      if (isDeletedVersion(refusal)) {
        throw retryableError(
          "vault-record-deleted",
          step,
          `somebody deleted ${entry} at ${mount}, which records where the homes are; bring it back with vault kv undelete -mount=${mount} -versions=1 ${entry}, or, if it is destroyed, remove it with vault kv metadata delete -mount=${mount} ${entry}, and the mover records its settings anew`,
        );
      }
      if (expected(refusal)) return undefined;
      throw refusedBy(refusal);
    }
  }

  async function read(): Promise<Recorded | undefined> {
    const answer = await call<RecordAnswer>(() => client.read(path), isNeverWritten);
    if (answer === undefined) return undefined;
    // KV version 1 takes the same requests and gives back what it was sent, without a version.
    if (typeof answer.data?.metadata !== "object") {
      throw retryableError("vault-mount-missing", step, `Vault's mount ${mount} is not KV version 2`);
    }
    return answer.data.data ?? {};
  }

  const own = recordOf(settings);
  let recorded = await read();
  if (recorded === undefined) {
    if (!mayWrite) return;
    let refusal: Answer = { status: 404, text: "" };
    // Another container may have been first, and the policy lets nobody write over its entry. It is checked like any other.
    const isLost = (answer: Answer): boolean => {
      refusal = answer;
      return isMismatch(answer) || answer.status === 403;
    };
    await call(() => client.write(path, { options: { cas: 0 }, data: own }), isLost);
    recorded = await read();
    if (recorded === undefined) throw refusedBy(refusal);
  }
  const differences = differencesOf(recorded, own);
  if (differences !== "") {
    throw retryableError(
      "vault-template-changed",
      step,
      `${entry} at ${mount} records ${differences}; set it back and run pulumi up; docs/changing-places.md says what else can be done`,
    );
  }
}

/**
 * The entry `<homePrefix>/~mover`, which records the template of the homes' paths. A stack whose template changed would
 * look for homes at other paths, take all of them for absent and write every secret a second time.
 */
import { templateRecordPath, urlPath } from "../model/path";
import type { MoverSettings } from "../shared/environment";
import { retryableError } from "../shared/errors";
import type { TokenSource } from "./token";
import type { Answer, Transport } from "./transport";
import { clientError, makeVaultClient, refusalOf } from "./vaultClient";
import { answerError, isMismatch, isMountMissing, isNeverWritten } from "./vaultErrors";

interface RecordAnswer {
  readonly data?: { readonly data?: { readonly homeTemplate?: unknown } | null };
}

/**
 * Checks the recorded template, and records it where there is none yet (never in mode `audit`).
 *
 * @throws a RetryableError `vault-template-changed` when another one is recorded
 */
export async function checkTemplateRecord(
  settings: MoverSettings,
  transport: Transport,
  token: TokenSource,
  mayWrite: boolean,
): Promise<void> {
  const step = "set-up";
  const path = `${urlPath(settings.mount)}/data/${urlPath(templateRecordPath(settings))}`;
  const used = await token.get();
  const client = makeVaultClient(transport, step, {
    address: settings.vaultAddress,
    namespace: settings.vaultNamespace,
    token: used,
  });

  /** Makes a call of node-vault and sorts its refusal; `undefined` means that `expected` accepted the refusal. */
  async function call<T>(run: () => Promise<unknown>, expected: (refusal: Answer) => boolean): Promise<T | undefined> {
    try {
      return (await run()) as T;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw clientError(step, error);
      if (isMountMissing(refusal))
        throw retryableError("vault-mount-missing", step, `Vault has no mount ${settings.mount}`);
      if (expected(refusal)) return undefined;
      if (refusal.status === 403) token.drop(used);
      throw answerError(step, refusal);
    }
  }

  const read = () => call<RecordAnswer>(() => client.read(path), isNeverWritten);
  let recorded = await read();
  if (recorded === undefined) {
    if (!mayWrite) return;
    const body = { options: { cas: 0 }, data: { homeTemplate: settings.homeTemplate } };
    // A mismatch means that another container was first; what it wrote is checked like any other.
    await call(() => client.write(path, body), isMismatch);
    recorded = await read();
  }
  if (recorded?.data?.data?.homeTemplate !== settings.homeTemplate) {
    throw retryableError(
      "vault-template-changed",
      step,
      `${settings.mount}/${templateRecordPath(settings)} records another homeTemplate than ${settings.homeTemplate}; set it back, or use another homePrefix`,
    );
  }
}

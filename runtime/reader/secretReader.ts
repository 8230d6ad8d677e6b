/**
 * Reading secrets from Vault in a function of one's own. Made inside a `callbackFactory`, which Lambda runs once for a
 * container: login and values then last as long as it does.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { STSClient } from "@aws-sdk/client-sts";

import { requestHandler } from "../aws/clientConfig";
import { makeKv } from "../vault/kv";
import { authenticate } from "../vault/login";
import { cachedToken } from "../vault/token";
import { makeTransport } from "../vault/transport";
import { makeReadSecret } from "./readSecret";
import type { ReadSecret } from "./readSecret";
import { makeReport, storeReport } from "./report";
import { readReaderEnvironment } from "./settings";
import { loadStored } from "./storedVersion";

/**
 * Makes the function that reads secrets.
 *
 * @param env the function's environment, with the variables that VaultReader gives
 * @throws one error that lists every variable that is missing or can't be read
 */
export function secretReader(env: Readonly<Record<string, string | undefined>>): ReadSecret {
  const settings = readReaderEnvironment(env);
  const now = () => Date.now();
  const transport = makeTransport(settings.vaultAddress, settings.vaultCaCertificate);
  const sts = new STSClient({ region: settings.region, requestHandler });
  const token = cachedToken(() => authenticate(settings, { transport, sts, now }), now);
  const kv = makeKv({ transport, token, mount: settings.mount, namespace: settings.vaultNamespace });
  return makeReadSecret(settings, {
    load: (path) => loadStored(kv, path),
    report: makeReport(settings, {
      store: (path, data) => storeReport(kv, path, data),
      now,
      // A program that has nothing else to do ends.
      sleep: async (ms) => {
        await sleep(ms, undefined, { ref: false });
      },
      warn: (line) => {
        process.stderr.write(`${line}\n`);
      },
    }),
    now,
    sleep: async (ms) => {
      await sleep(ms);
    },
  });
}

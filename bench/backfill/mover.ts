/** Moves a list of secrets from this process, many at once, as `homing move --local` does, with the mover's login. */
import { setTimeout as sleep } from "node:timers/promises";

import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { STSClient } from "@aws-sdk/client-sts";

import { runLocally } from "../../cli/localRun";
import { makeSecretsManager } from "../../runtime/aws/secretsManager";
import { makeMove } from "../../runtime/mover/move";
import { readEnvironment } from "../../runtime/shared/environment";
import { makeRateLimit } from "../../runtime/shared/rateLimit";
import { makeVaultHome } from "../../runtime/vault/homes";
import { login } from "../../runtime/vault/login";
import { cachedToken } from "../../runtime/vault/token";
import { makeTransport } from "../../runtime/vault/transport";

const settings = readEnvironment(process.env);
const { region, vaultAddress, vaultCaCertificate, mount, vaultNamespace: namespace } = settings;
const now = (): number => Date.now();
const wait = async (ms: number): Promise<void> => {
  await sleep(ms);
};
const transport = makeTransport(vaultAddress, vaultCaCertificate);
const token = cachedToken(() => login(settings, { transport, sts: new STSClient({ region }), now }), now);
const move = makeMove(settings, {
  source: makeSecretsManager(new SecretsManagerClient({ region }), region),
  home: makeVaultHome({ transport, token, mount, namespace }),
  now,
  sleep: wait,
  rateLimit: makeRateLimit(settings.deletesPerSecond, now, wait),
});

export interface Backfill {
  /** ARNs. */
  readonly secrets: readonly string[];
  readonly concurrency: number;
}

/** @returns how many secrets ended in which outcome */
export async function handler({ secrets, concurrency }: Backfill): Promise<Readonly<Record<string, number>>> {
  const outcomes: Record<string, number> = {};
  const ports = {
    move,
    sleep: wait,
    random: () => Math.random(),
    stopped: () => false,
    now,
    timeoutMs: 120_000,
    checkSettings: () => Promise.resolve(),
  };
  const { left } = await runLocally(secrets, ports, concurrency, ({ outcome }) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  });
  for (const { code } of left) outcomes[code] = (outcomes[code] ?? 0) + 1;
  return outcomes;
}

/**
 * Gives an HTTP API that takes one key at a time a new key every 30 days. From the moment that it takes the new one, a
 * reader's key is dead until the reader asks Vault again: this gap is as long as the reader's cache.
 */
import { randomBytes } from "node:crypto";

import { Config } from "@pulumi/pulumi";
import { readMoverStack, RotatingSecret } from "homing";
import type { RotatingValue } from "homing";

/** Asks the API, by a key: to take another one in its place (PUT), or whether it is the one (GET). */
async function ask(method: string, by: RotatingValue, signal: AbortSignal, key?: RotatingValue): Promise<number> {
  const { status } = await fetch(`${process.env["API_ADDRESS"] ?? ""}/key`, {
    method,
    signal,
    headers: { authorization: `Bearer ${String(by["value"])}`, "content-type": "application/json" },
    ...(key === undefined ? {} : { body: JSON.stringify({ key: key["value"] }) }),
  });
  // Anything else says nothing about a key: the attempt fails, and is made again.
  if (status !== 204 && status !== 401 && status !== 422) throw new Error(`the API answered ${status}`);
  return status;
}

export = async () => {
  const config = new Config();
  const rotating = new RotatingSecret("api-key", {
    mover: await readMoverStack(config.require("moverStack")),
    secretName: config.require("secretName"),
    schedule: "rate(30 days)",
    overlapSeconds: config.requireNumber("overlapSeconds"),
    environment: { API_ADDRESS: config.require("apiAddress") },

    create: ({ current }) => ({ ...current, value: randomBytes(32).toString("hex") }),
    set: async ({ current, previous, pending, signal }) => {
      // With `pending` the API has taken it already; with `previous`, it was restored to an earlier state.
      for (const by of [current, pending, ...(previous === undefined ? [] : [previous])]) {
        const status = await ask("PUT", by, signal, pending);
        if (status !== 401) return status === 422 ? "refused" : "set";
      }
      throw new Error("the API knows none of the keys");
    },
    test: async ({ pending, signal }) => (await ask("GET", pending, signal)) === 204,
    // No retire: the new key has ended the former one.
  });
  return {
    functionName: rotating.functionName,
    pendingPath: rotating.pendingPath,
    vaultPolicyName: rotating.vaultPolicyName,
  };
};

/** Gives an HTTP API a new key every 30 days. It takes two keys at once, so no reader's key is ever dead. */
import { randomBytes } from "node:crypto";

import { Config } from "@pulumi/pulumi";
import { readMoverStack, RotatingSecret } from "homing";
import type { RotatingValue } from "homing";

/** Asks the API, by one key, about a key: to add it (PUT), to end it (DELETE), or whether it is one (GET, its own). */
async function ask(method: string, by: RotatingValue, signal: AbortSignal, key?: RotatingValue): Promise<number> {
  const { status } = await fetch(`${process.env["API_ADDRESS"] ?? ""}/keys`, {
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
      let status = await ask("PUT", current, signal, pending);
      if (status === 401 && previous !== undefined) status = await ask("PUT", previous, signal, pending);
      if (status === 401) throw new Error("the API knows neither key");
      return status === 422 ? "refused" : "set";
    },
    test: async ({ pending, signal }) => (await ask("GET", pending, signal)) === 204,
    retire: async ({ previous, current, signal }) => {
      if (previous["value"] === current["value"]) return;
      if ((await ask("DELETE", current, signal, previous)) !== 204) throw new Error("the API refused to end a key");
    },
  });
  return {
    functionName: rotating.functionName,
    pendingPath: rotating.pendingPath,
    vaultPolicyName: rotating.vaultPolicyName,
  };
};

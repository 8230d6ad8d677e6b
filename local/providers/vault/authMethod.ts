import type { Properties } from "../properties";
import { nested } from "../values";
import type { Values } from "../values";
import { clientFor } from "./client";
import type { VaultClient } from "./client";
import { namespaceProperty } from "./fields";

/** What every enabled auth method has, whatever its type. Times in `tune` are texts such as `15m`. */
export const authMethodProperties: Properties = {
  description: { kind: "text" },
  local: { kind: "boolean", replaces: true },
  namespace: namespaceProperty,
  tune: {
    kind: "object",
    fields: {
      defaultLeaseTtl: { kind: "text" },
      maxLeaseTtl: { kind: "text" },
      listingVisibility: { kind: "text" },
      tokenType: { kind: "text" },
    },
  },
};

const tuning = (inputs: Values): Values => {
  const tune = nested(inputs, "tune");
  return {
    default_lease_ttl: tune.defaultLeaseTtl,
    max_lease_ttl: tune.maxLeaseTtl,
    listing_visibility: tune.listingVisibility,
    token_type: tune.tokenType,
  };
};

/** An auth method as Vault lists it; undefined when there is none at the path. */
export const findAuthMethod = (vault: VaultClient, path: string, values: Values): Promise<Values | undefined> =>
  clientFor(vault, values).read(`sys/auth/${path}`);

/** Enables the method and gives its accessor. */
export async function enableAuthMethod(vault: VaultClient, path: string, inputs: Values): Promise<Values> {
  await clientFor(vault, inputs).write(`sys/auth/${path}`, {
    type: inputs.type,
    description: inputs.description,
    local: inputs.local,
    config: tuning(inputs),
  });
  return { accessor: (await findAuthMethod(vault, path, inputs))?.accessor };
}

export async function tuneAuthMethod(vault: VaultClient, path: string, inputs: Values): Promise<void> {
  const client = clientFor(vault, inputs);
  await client.write(`sys/auth/${path}/tune`, { description: inputs.description ?? "", ...tuning(inputs) });
}

export const disableAuthMethod = (vault: VaultClient, path: string, state: Values): Promise<void> =>
  clientFor(vault, state).remove(`sys/auth/${path}`);

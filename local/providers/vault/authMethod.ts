import { same } from "../properties";
import type { Properties, Property } from "../properties";
import { nested, optionalText, text } from "../values";
import type { Values } from "../values";
import { clientFor } from "./client";
import type { VaultClient } from "./client";
import { namespaceProperty, secondsOf } from "./fields";
import { remount } from "./remount";

const tune: Property = {
  kind: "object",
  fields: {
    defaultLeaseTtl: { kind: "text" },
    maxLeaseTtl: { kind: "text" },
    listingVisibility: { kind: "text" },
    tokenType: { kind: "text" },
  },
};
const description: Property = { kind: "text" };

/** What every enabled auth method has, whatever its type. Times in `tune` are texts such as `15m`. */
export const authMethodProperties: Properties = {
  description,
  local: { kind: "boolean", replaces: true },
  namespace: namespaceProperty,
  tune,
};

const tuning = (inputs: Values): Values => {
  const wish = nested(inputs, "tune");
  return {
    default_lease_ttl: wish.defaultLeaseTtl,
    max_lease_ttl: wish.maxLeaseTtl,
    listing_visibility: wish.listingVisibility,
    token_type: wish.tokenType,
  };
};

/** An auth method as Vault tells of it; undefined when there is none at the path. */
export const findAuthMethod = (vault: VaultClient, path: string, values: Values): Promise<Values | undefined> =>
  clientFor(vault, values).read(`sys/mounts/auth/${path}`);

/** Vault tells a time in seconds; the text that means the same is no difference. */
const asGiven = (given: unknown, told: unknown): unknown =>
  typeof given === "string" && secondsOf(given) === told ? given : `${String(told)}s`;

/** Those members of `tune` that the state has, as the server holds them. */
function readTuning(state: Values, told: Values): Values {
  const known = nested(state, "tune");
  const values: Values = {
    defaultLeaseTtl: asGiven(known.defaultLeaseTtl, told.default_lease_ttl),
    maxLeaseTtl: asGiven(known.maxLeaseTtl, told.max_lease_ttl),
    listingVisibility: told.listing_visibility,
    tokenType: told.token_type,
  };
  const members = Object.entries(values).filter(([name]) => known[name] !== undefined);
  return members.length === 0 ? {} : { tune: Object.fromEntries(members) };
}

/** The properties of {@link authMethodProperties}, path, type and accessor of the method as the server holds it. */
export async function readAuthMethod(vault: VaultClient, path: string, state: Values): Promise<Values | undefined> {
  const found = await findAuthMethod(vault, path, state);
  if (!found) return undefined;
  const told = (await clientFor(vault, state).read(`sys/mounts/auth/${path}/tune`)) ?? {};
  const { type, local, accessor } = found;
  return { path, type, description: found.description, local, accessor, ...readTuning(state, told) };
}

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

/**
 * Moves the method with all its roles if its path changed, and tunes it if that changed.
 *
 * @returns the path at which it is now
 */
export async function changeAuthMethod(vault: VaultClient, path: string, state: Values, inputs: Values) {
  const client = clientFor(vault, inputs);
  const to = optionalText(inputs, "path") ?? path;
  if (to !== path) await remount(client, `auth/${path}`, `auth/${to}`);
  if (!same(description, state.description, inputs.description) || !same(tune, state.tune, inputs.tune)) {
    await client.write(`sys/mounts/auth/${to}/tune`, { description: inputs.description ?? "", ...tuning(inputs) });
  }
  return to;
}

export const disableAuthMethod = (vault: VaultClient, path: string, state: Values): Promise<void> =>
  clientFor(vault, state).remove(`sys/auth/${path}`);

/** The id of an auth method is its path. */
export const pathInState = (state: Values): string | undefined => optionalText(state, "path");

/** Where the inputs want the method; without a path it is at its type's name. */
export const pathWanted = (inputs: Values): string => text({ path: inputs.type, ...inputs }, "path");

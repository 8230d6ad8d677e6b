import type { Properties } from "../properties";
import { orUndo } from "../resourceType";
import type { ResourceType } from "../resourceType";
import { text } from "../values";
import type { Values } from "../values";
import {
  authMethodProperties,
  changeAuthMethod,
  disableAuthMethod,
  enableAuthMethod,
  pathInState,
  readAuthMethod,
} from "./authMethod";
import { clientFor } from "./client";
import type { VaultClient } from "./client";
import { fromFields, toFields } from "./fields";

const fields: Properties = {
  boundIssuer: { kind: "text" },
  defaultRole: { kind: "text" },
  jwksCaPem: { kind: "text" },
  jwksUrl: { kind: "text" },
  jwtSupportedAlgs: { kind: "list" },
  jwtValidationPubkeys: { kind: "list" },
  oidcDiscoveryCaPem: { kind: "text" },
  oidcDiscoveryUrl: { kind: "text" },
};

/** Vault tells PEM texts without the line end that they were given with; that is no difference. */
function asGiven(state: Values, told: Values): Values {
  const given = Object.values(state)
    .flat()
    .filter((value): value is string => typeof value === "string");
  const known = (value: unknown) => given.find((one) => one.trimEnd() === value) ?? value;
  const restored = Object.entries(told).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(known) : known(value),
  ]);
  return Object.fromEntries(restored) as Values;
}

/** `vault:jwt/authBackend:AuthBackend` of type jwt; its path changes in place. */
export function jwtAuthBackendType(vault: VaultClient): ResourceType {
  async function configure(path: string, inputs: Values): Promise<void> {
    await clientFor(vault, inputs).write(`auth/${path}/config`, toFields(fields, inputs));
  }

  return {
    properties: {
      ...authMethodProperties,
      ...fields,
      path: { kind: "text", default: "jwt" },
      type: { kind: "text", default: "jwt", oneOf: ["jwt"], replaces: true },
    },
    identity: ["path", "namespace"],
    idOf: pathInState,

    async create(inputs) {
      const path = text(inputs, "path");
      const outputs = await enableAuthMethod(vault, path, inputs);
      await orUndo(
        () => configure(path, inputs),
        () => disableAuthMethod(vault, path, inputs),
      );
      return { id: path, outputs };
    },

    async read(path, state) {
      const found = await readAuthMethod(vault, path, state);
      if (!found) return undefined;
      const configuration = (await clientFor(vault, state).read(`auth/${path}/config`)) ?? {};
      return { ...found, ...asGiven(state, fromFields(fields, configuration)) };
    },

    async update(path, state, inputs) {
      await configure(await changeAuthMethod(vault, path, state, inputs), inputs);
      return {};
    },

    remove: (path, state) => disableAuthMethod(vault, path, state),
  };
}

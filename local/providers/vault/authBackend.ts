import type { ResourceType } from "../resourceType";
import {
  authMethodProperties,
  changeAuthMethod,
  disableAuthMethod,
  enableAuthMethod,
  pathInState,
  pathWanted,
  readAuthMethod,
} from "./authMethod";
import type { VaultClient } from "./client";

/** `vault:index/authBackend:AuthBackend`: an auth method; its path changes in place. */
export function authBackendType(vault: VaultClient): ResourceType {
  return {
    properties: {
      ...authMethodProperties,
      type: { kind: "text", required: true, replaces: true },
      path: { kind: "text", computed: true },
    },
    identity: ["type", "path", "namespace"],
    idOf: pathInState,

    async create(inputs) {
      const path = pathWanted(inputs);
      return { id: path, outputs: { path, ...(await enableAuthMethod(vault, path, inputs)) } };
    },

    read: (path, state) => readAuthMethod(vault, path, state),

    update: async (path, state, inputs) => ({ path: await changeAuthMethod(vault, path, state, inputs) }),

    remove: (path, state) => disableAuthMethod(vault, path, state),
  };
}

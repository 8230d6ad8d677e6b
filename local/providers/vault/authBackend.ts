import type { ResourceType } from "../resourceType";
import { text } from "../values";
import {
  authMethodProperties,
  disableAuthMethod,
  enableAuthMethod,
  findAuthMethod,
  tuneAuthMethod,
} from "./authMethod";
import type { VaultClient } from "./client";

/** `vault:index/authBackend:AuthBackend`: an auth method; without a path it is at its type's name. */
export function authBackendType(vault: VaultClient): ResourceType {
  return {
    properties: {
      ...authMethodProperties,
      type: { kind: "text", required: true, replaces: true },
      path: { kind: "text", computed: true, replaces: true },
    },
    identity: ["type", "path", "namespace"],

    async create(inputs) {
      const path = text({ path: inputs.type, ...inputs }, "path");
      return { id: path, outputs: { path, ...(await enableAuthMethod(vault, path, inputs)) } };
    },

    async read(id, state) {
      const found = await findAuthMethod(vault, id, state);
      if (!found) return undefined;
      const { type, description, local, accessor } = found;
      return { path: id, type, description, local, accessor };
    },

    async update(id, _state, inputs) {
      await tuneAuthMethod(vault, id, inputs);
      return {};
    },

    remove: (id, state) => disableAuthMethod(vault, id, state),
  };
}

import type { ResourceType } from "../resourceType";
import { text } from "../values";
import { clientFor } from "./client";
import type { VaultClient } from "./client";
import { namespaceProperty } from "./fields";

const pathOf = (name: string): string => `sys/policies/acl/${name}`;

/** `vault:index/policy:Policy` */
export function policyType(vault: VaultClient): ResourceType {
  return {
    properties: {
      name: { kind: "text", replaces: true },
      policy: { kind: "text", required: true },
      namespace: namespaceProperty,
    },
    autoName: "name",
    identity: ["name", "namespace"],

    async create(inputs) {
      const id = text(inputs, "name");
      await clientFor(vault, inputs).write(pathOf(id), { policy: inputs.policy });
      return { id, outputs: {} };
    },

    async read(id, state) {
      const found = await clientFor(vault, state).read(pathOf(id));
      return found && { name: id, policy: found.policy };
    },

    async update(id, _state, inputs) {
      await clientFor(vault, inputs).write(pathOf(id), { policy: inputs.policy });
      return {};
    },

    remove: (id, state) => clientFor(vault, state).remove(pathOf(id)),
  };
}

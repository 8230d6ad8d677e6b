import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { firstText, text } from "../values";
import { clientFor } from "./client";
import type { VaultClient } from "./client";
import { fromFields, namespaceProperty, toFields } from "./fields";

const fields: Properties = {
  name: { kind: "text" },
  mountAccessor: { kind: "text", required: true },
  canonicalId: { kind: "text", required: true },
  customMetadata: { kind: "map" },
};

const pathOf = (id: string): string => `identity/entity-alias/id/${id}`;

/** `vault:identity/entityAlias:EntityAlias`; all of it changes in place. */
export function identityEntityAliasType(vault: VaultClient): ResourceType {
  return {
    properties: { ...fields, namespace: namespaceProperty },
    autoName: "name",
    identity: ["name", "mountAccessor", "namespace"],

    async create(inputs) {
      const client = clientFor(vault, inputs);
      // An alias of that name and accessor that another entity has moves to this one.
      const id = firstText((await client.write("identity/entity-alias", toFields(fields, inputs))).id);
      // Vault gives no id for a write that changes nothing.
      if (id === undefined) throw new Error(`the entity has the alias ${text(inputs, "name")} already`);
      return { id, outputs: {} };
    },

    async read(id, state) {
      const found = await clientFor(vault, state).read(pathOf(id));
      return found && fromFields(fields, found);
    },

    async update(id, _state, inputs) {
      await clientFor(vault, inputs).write(pathOf(id), toFields(fields, inputs));
      return {};
    },

    remove: (id, state) => clientFor(vault, state).remove(pathOf(id)),
  };
}

import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { firstText, text } from "../values";
import { clientFor } from "./client";
import type { VaultClient } from "./client";
import { fromFields, namespaceProperty, toFields } from "./fields";

const fields: Properties = {
  name: { kind: "text", replaces: true },
  mountAccessor: { kind: "text", required: true, replaces: true },
  canonicalId: { kind: "text", required: true },
  customMetadata: { kind: "map" },
};

const pathOf = (id: string): string => `identity/entity-alias/id/${id}`;

/** `vault:identity/entityAlias:EntityAlias` */
export function identityEntityAliasType(vault: VaultClient): ResourceType {
  return {
    properties: { ...fields, namespace: namespaceProperty },
    autoName: "name",
    identity: ["name", "mountAccessor", "namespace"],

    async create(inputs) {
      const client = clientFor(vault, inputs);
      const [alias_name, alias_mount_accessor] = [text(inputs, "name"), text(inputs, "mountAccessor")];
      // A write to an alias that exists would move it to this entity.
      const taken = await client.write("identity/lookup/entity", { alias_name, alias_mount_accessor });
      const entity = firstText(taken.id);
      if (entity !== undefined) {
        throw new Error(`an alias ${alias_name} of ${alias_mount_accessor} exists already, at entity ${entity}`);
      }
      const { id } = await client.write("identity/entity-alias", toFields(fields, inputs));
      return { id: text({ id }, "id"), outputs: {} };
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

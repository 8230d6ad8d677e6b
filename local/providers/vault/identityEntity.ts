import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { firstText, text } from "../values";
import { clientFor } from "./client";
import type { VaultClient } from "./client";
import { fromFields, namespaceProperty, toFields, without } from "./fields";

const fields: Properties = {
  name: { kind: "text" },
  metadata: { kind: "map" },
  policies: { kind: "set" },
  disabled: { kind: "boolean" },
};

const pathOf = (id: string): string => `identity/entity/id/${id}`;

/** `vault:identity/entity:Entity`; it is renamed in place, because its id is what others refer to. */
export function identityEntityType(vault: VaultClient): ResourceType {
  return {
    properties: { ...fields, externalPolicies: { kind: "boolean" }, namespace: namespaceProperty },
    autoName: "name",
    identity: ["name", "namespace"],

    async create(inputs) {
      const client = clientFor(vault, inputs);
      const name = text(inputs, "name");
      // A write to a name that exists would change somebody's entity and give no id.
      const taken = firstText((await client.write("identity/lookup/entity", { name })).id);
      if (taken !== undefined) throw new Error(`an entity named ${name} already exists, with id ${taken}`);
      const sent = inputs.externalPolicies === true ? without(fields, "policies") : fields;
      const { id } = await client.write("identity/entity", toFields(sent, inputs));
      return { id: text({ id }, "id"), outputs: {} };
    },

    async read(id, state) {
      const found = await clientFor(vault, state).read(pathOf(id));
      if (!found) return undefined;
      return fromFields(state.externalPolicies === true ? without(fields, "policies") : fields, found);
    },

    async update(id, _state, inputs) {
      const sent = inputs.externalPolicies === true ? without(fields, "policies") : fields;
      await clientFor(vault, inputs).write(pathOf(id), toFields(sent, inputs));
      return {};
    },

    remove: (id, state) => clientFor(vault, state).remove(pathOf(id)),
  };
}

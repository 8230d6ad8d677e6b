import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { nested, optionalText, text, textMap } from "../values";
import type { Values } from "../values";
import { clientFor } from "./client";
import type { VaultClient } from "./client";
import { namespaceProperty } from "./fields";
import { remount } from "./remount";

const properties: Properties = {
  path: { kind: "text", required: true },
  type: { kind: "text", required: true, replaces: true },
  description: { kind: "text" },
  options: { kind: "map" },
  defaultLeaseTtlSeconds: { kind: "number", computed: true },
  maxLeaseTtlSeconds: { kind: "number", computed: true },
  local: { kind: "boolean", replaces: true },
  sealWrap: { kind: "boolean", replaces: true },
  namespace: namespaceProperty,
};

const seconds = (value: unknown): string | undefined => (typeof value === "number" ? `${value}s` : undefined);

const leases = (inputs: Values): Values => ({
  default_lease_ttl: seconds(inputs.defaultLeaseTtlSeconds),
  max_lease_ttl: seconds(inputs.maxLeaseTtlSeconds),
});

/** `vault:index/mount:Mount`: a secrets engine; its path changes in place. */
export function mountType(vault: VaultClient): ResourceType {
  async function find(id: string, values: Values): Promise<Values | undefined> {
    return clientFor(vault, values).read(`sys/mounts/${id}`);
  }

  async function computed(id: string, values: Values): Promise<Values> {
    const mount = (await find(id, values)) ?? {};
    const config = nested(mount, "config");
    return {
      accessor: mount.accessor,
      defaultLeaseTtlSeconds: config.default_lease_ttl,
      maxLeaseTtlSeconds: config.max_lease_ttl,
    };
  }

  return {
    properties,
    identity: ["path", "namespace"],
    idOf: (state) => optionalText(state, "path"),

    async create(inputs) {
      const path = text(inputs, "path");
      await clientFor(vault, inputs).write(`sys/mounts/${path}`, {
        type: inputs.type,
        description: inputs.description,
        options: textMap(inputs, "options"),
        config: leases(inputs),
        local: inputs.local,
        seal_wrap: inputs.sealWrap,
      });
      return { id: path, outputs: await computed(path, inputs) };
    },

    async read(id, state) {
      const mount = await find(id, state);
      if (!mount) return undefined;
      return {
        path: id,
        type: mount.type,
        description: mount.description,
        options: mount.options ?? undefined,
        local: mount.local,
        sealWrap: mount.seal_wrap,
        ...(await computed(id, state)),
      };
    },

    async update(id, _state, inputs) {
      const [client, path] = [clientFor(vault, inputs), text(inputs, "path")];
      if (path !== id) await remount(client, id, path);
      await client.write(`sys/mounts/${path}/tune`, {
        description: inputs.description ?? "",
        options: textMap(inputs, "options"),
        ...leases(inputs),
      });
      return computed(path, inputs);
    },

    remove: (id, state) => clientFor(vault, state).remove(`sys/mounts/${id}`),
  };
}

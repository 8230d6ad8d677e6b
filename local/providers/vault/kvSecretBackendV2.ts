import { until } from "../resourceType";
import type { ResourceType } from "../resourceType";
import { text } from "../values";
import type { Values } from "../values";
import { clientFor, VaultError } from "./client";
import type { VaultClient } from "./client";
import { namespaceProperty, secondsOf } from "./fields";

const upgradeSeconds = 20;

/** `vault:kv/secretBackendV2:SecretBackendV2`: the settings of a KV version 2 mount */
export function kvSecretBackendV2Type(vault: VaultClient): ResourceType {
  async function write(inputs: Values): Promise<void> {
    const body = {
      max_versions: inputs.maxVersions,
      cas_required: inputs.casRequired,
      delete_version_after: `${String(inputs.deleteVersionAfter)}s`,
    };
    // For a moment after it was mounted, the engine still prepares itself.
    await until("the mount is to become version 2", upgradeSeconds, async () => {
      try {
        return await clientFor(vault, inputs).write(`${text(inputs, "mount")}/config`, body);
      } catch (error) {
        const preparing = error instanceof VaultError && error.reasons.some((reason) => reason.startsWith("Upgrading"));
        if (preparing) return undefined;
        throw error;
      }
    });
  }

  return {
    properties: {
      mount: { kind: "text", required: true, replaces: true },
      maxVersions: { kind: "number", default: 0 },
      casRequired: { kind: "boolean", default: false },
      deleteVersionAfter: { kind: "number", default: 0 },
      namespace: namespaceProperty,
    },
    identity: ["mount", "namespace"],

    async create(inputs) {
      await write(inputs);
      return { id: `${text(inputs, "mount")}/config`, outputs: {} };
    },

    async read(id, state) {
      const found = await clientFor(vault, state).read(id);
      return (
        found && {
          mount: id.replace(/\/config$/, ""),
          maxVersions: found.max_versions,
          casRequired: found.cas_required,
          deleteVersionAfter: secondsOf(found.delete_version_after),
        }
      );
    },

    async update(_id, _state, inputs) {
      await write(inputs);
      return {};
    },

    /** A mount can't be without settings; they go with it. */
    remove: () => Promise.resolve(),
  };
}

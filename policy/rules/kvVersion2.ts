import { isMap, later } from "../known";
import type { Known } from "../known";
import { rule } from "../rule";

/** Version of a KV mount's options; undefined when they give none, which is version 1. */
const versionIn = (options: Known): Known =>
  options === later ? later : isMap(options) ? options["version"] : undefined;

export const kvVersion2 = rule<object>({
  name: "vault-kv-version-2",
  description: "KV mounts of Vault keep versions, so that an overwritten secret isn't lost.",
  level: "mandatory",
  types: ["vault:index/mount:Mount"],
  check: (resource) => {
    const type = resource.read("type");
    const version = versionIn(resource.read("options"));
    if (type !== "generic" && (type !== "kv" || version === later || version === "2" || version === 2)) return [];
    return [
      `The Vault mount ${resource.name} keeps no versions, so an overwritten secret is lost: give it type "kv" with options { version: "2" }.`,
    ];
  },
});

/** What the provider asked of Vault, out of Vault's audit log. */
import { readFileSync } from "node:fs";

interface AuditLine {
  readonly type: string;
  readonly auth?: { readonly display_name?: string };
  readonly request: { readonly operation: string; readonly path: string };
}

/**
 * The calls that the real provider (7.8.0) was seen to make over the lives of these types, as `<operation> <path>`. What
 * changes an object in place is the second part: a stack of this program needs none of it.
 */
export const callsOfTheRealProvider = [
  "create auth/<method>/config/client",
  "create auth/<method>/role/<role>",
  "delete auth/<method>/config/client",
  "delete auth/<method>/role/<role>",
  "delete identity/entity-alias/id/<id>",
  "delete identity/entity/id/<id>",
  "delete sys/auth/<method>",
  "delete sys/mounts/<mount>",
  "delete sys/policies/acl/<policy>",
  "read <mount>/config",
  "read auth/<method>/config",
  "read auth/<method>/config/client",
  "read auth/<method>/role/<role>",
  "read identity/entity-alias/id/<id>",
  "read identity/entity/id/<id>",
  "read sys/mounts/<mount>",
  "read sys/mounts/auth/<method>",
  "read sys/mounts/auth/<method>/tune",
  "read sys/policies/acl/<policy>",
  "update <mount>/config",
  "update auth/<method>/config",
  "update auth/<method>/config/client",
  "update auth/<method>/role/<role>",
  "update identity/entity",
  "update identity/entity-alias",
  "update identity/lookup/entity",
  "update sys/auth/<method>",
  "update sys/mounts/<mount>",
  "update sys/policies/acl/<policy>",

  "read sys/remount/status/<id>",
  "update identity/entity-alias/id/<id>",
  "update identity/entity/id/<id>",
  "update sys/mounts/<mount>/tune",
  "update sys/mounts/auth/<method>/tune",
  "update sys/remount",
] as const;

/** Names in the place of what differs from run to run. */
function generalized(path: string): string {
  return path
    .replace(/^auth\/[^/]+\/role\/[^/]+$/, "auth/<method>/role/<role>")
    .replace(/^auth\/[^/]+\/config/, "auth/<method>/config")
    .replace(/^sys\/auth\/[^/]+/, "sys/auth/<method>")
    .replace(/^sys\/mounts\/auth\/[^/]+/, "sys/mounts/auth/<method>")
    .replace(/^sys\/mounts\/(?!auth\/)[^/]+/, "sys/mounts/<mount>")
    .replace(/^sys\/policies\/acl\/[^/]+$/, "sys/policies/acl/<policy>")
    .replace(/^(identity\/[a-z-]+|sys\/remount\/status|sys\/remount)(\/id)?\/[0-9a-f-]{36}$/, "$1$2/<id>")
    .replace(/^[^/]+\/config$/, "<mount>/config");
}

/**
 * The different calls that were made with the provider's own tokens, sorted.
 *
 * @param auditLog file of Vault's audit device
 */
export function vaultCalls(auditLog: string): string[] {
  const lines = readFileSync(auditLog, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AuditLine);
  const own = lines.filter(({ type, auth }) => type === "request" && auth?.display_name === "token-pulumi");
  return [...new Set(own.map(({ request }) => `${request.operation} ${generalized(request.path)}`))].sort();
}

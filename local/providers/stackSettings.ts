import { isObject } from "./values";
import type { Values } from "./values";

/**
 * Refuses a stack's settings for this provider (`aws:region`, `vault:address`, …) that the local cloud doesn't follow:
 * it is told by environment variables where its servers are.
 *
 * @param env PULUMI_CONFIG holds the settings, as the engine hands them over
 * @param followed the settings that make no difference here, with the value that they may have
 */
export function refuseOtherSettings(env: NodeJS.ProcessEnv, followed: Values): void {
  const settings: unknown = JSON.parse(env.PULUMI_CONFIG || "{}");
  const wrong = Object.entries(isObject(settings) ? settings : {}).filter(([name, value]) => followed[name] !== value);
  if (wrong.length === 0) return;
  const allowed = Object.entries(followed)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${String(value)}`);
  throw new Error(
    `The local provider can't follow these settings of the stack: ${wrong.map(([name]) => name).join(", ")}. It follows only ${allowed.join(", ")}.`,
  );
}

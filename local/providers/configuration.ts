import type { Values } from "./values";

/**
 * Refuses what the local cloud doesn't follow of a provider's configuration: it is told by environment variables where
 * its servers are.
 *
 * @param configuration the stack's settings (`aws:region`, `vault:address`, …), or those of a provider in the program
 * @param followed the settings that make no difference here, with the value that they may have
 */
export function refuseOtherSettings(configuration: Values, followed: Values): void {
  const given = Object.entries(configuration).filter(([name]) => name !== "version");
  const wrong = given.filter(([name, value]) => followed[name] !== value);
  if (wrong.length === 0) return;
  const allowed = Object.entries(followed)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${String(value)}`);
  throw new Error(
    `The local provider can't follow these settings of the stack: ${wrong.map(([name]) => name).join(", ")}. It follows only ${allowed.join(", ")}.`,
  );
}

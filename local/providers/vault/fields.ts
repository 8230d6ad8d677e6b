import type { Properties, Property } from "../properties";
import type { Values } from "../values";

/** Every Vault resource may live in a namespace below the provider's. */
export const namespaceProperty: Property = { kind: "text", replaces: true };

/** What roles of every auth method say of the tokens that they give; times in seconds. */
export const tokenProperties: Properties = {
  tokenTtl: { kind: "number" },
  tokenMaxTtl: { kind: "number" },
  tokenExplicitMaxTtl: { kind: "number" },
  tokenPeriod: { kind: "number" },
  tokenNumUses: { kind: "number" },
  tokenPolicies: { kind: "set" },
  tokenBoundCidrs: { kind: "set" },
  tokenNoDefaultPolicy: { kind: "boolean" },
  tokenType: { kind: "text", computed: true },
};

/** `tokenMaxTtl` is `token_max_ttl` in Vault. */
export const fieldOf = (property: string): string =>
  property.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

const emptyOf = { text: "", json: "", number: 0, boolean: false, list: [], set: [], map: {}, object: {}, archive: {} };

/**
 * The inputs as Vault's fields. An absent one is sent as the empty value of its kind, because Vault keeps what a write
 * doesn't mention; one that Vault chooses is sent only when given.
 */
export function toFields(properties: Properties, inputs: Values): Values {
  const sent = Object.entries(properties).filter(([name, { computed }]) => !(computed && inputs[name] === undefined));
  return Object.fromEntries(sent.map(([name, { kind }]) => [fieldOf(name), inputs[name] ?? emptyOf[kind]]));
}

/** Vault's fields as inputs; what Vault doesn't tell is left out. */
export function fromFields(properties: Properties, fields: Values): Values {
  const told = Object.keys(properties).filter((name) => fieldOf(name) in fields);
  return Object.fromEntries(told.map((name) => [name, fields[fieldOf(name)] ?? undefined]));
}

/** The properties of a table without these. */
export function without(properties: Properties, ...names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

/** A duration as Vault writes it, such as `1h30m5s`; `-1s` means never. */
export function secondsOf(duration: unknown): number {
  const factors: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  const told = typeof duration === "string" ? duration : "";
  const parts = [...told.matchAll(/([0-9.]+)([hms])/g)];
  const seconds = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (factors[unit ?? ""] ?? 0), 0);
  return told.startsWith("-") ? -seconds : seconds;
}

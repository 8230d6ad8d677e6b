import { containsSecret, containsUnknown, isArchive, isObject, plain, secretOf, unknownValue } from "./values";
import type { Values } from "./values";

/** What is known of one input property: enough to refuse a wrong value and to recognise a real difference. */
export interface Property {
  /** `set`: a list of texts whose order means nothing; `json`: a document, as text or as an object. */
  readonly kind: "text" | "number" | "boolean" | "list" | "set" | "map" | "json" | "object" | "archive";
  readonly required?: true;
  /** Used when the program gives no value. */
  readonly default?: string | number | boolean;
  /** The server chooses when the program gives no value; leaving it out is then no difference. */
  readonly computed?: true;
  /** A change of it makes a new resource. */
  readonly replaces?: true;
  /** The only values that are allowed. */
  readonly oneOf?: readonly (string | number | boolean)[];
  /** `object` only: its members. */
  readonly fields?: Properties;
}

export type Properties = Readonly<Record<string, Property>>;

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

function fits(kind: Property["kind"], value: unknown): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "list":
    case "set":
      return Array.isArray(value) && value.every((member) => typeof member === "string");
    case "map":
      return isObject(value) && Object.values(value).every((member) => typeof member === "string");
    case "json":
      return typeof value === "string" ? isJson(value) : isObject(value);
    case "object":
      return isObject(value);
    case "archive":
      return isArchive(value);
    default:
      return kind satisfies never;
  }
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function failuresOf(property: Property, path: string, value: unknown): Failure[] {
  if (value === unknownValue) return [];
  if (!fits(property.kind, value)) return [{ property: path, reason: `must be of kind ${property.kind}` }];
  if (property.oneOf && !property.oneOf.includes(value as string | number | boolean)) {
    return [{ property: path, reason: `must be one of ${property.oneOf.join(", ")} here` }];
  }
  return property.fields && isObject(value) ? checkMembers(property.fields, `${path}.`, value) : [];
}

function checkMembers(properties: Properties, prefix: string, values: Values): Failure[] {
  const present = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  const missing = Object.keys(properties).filter(
    (name) => properties[name]?.required && !present.some(([given]) => given === name),
  );
  return [
    ...missing.map((name) => ({ property: prefix + name, reason: "is required" })),
    ...present.flatMap(([name, value]) => {
      const property = properties[name];
      if (property) return failuresOf(property, prefix + name, value);
      return [{ property: prefix + name, reason: "is not supported by the local provider" }];
    }),
  ];
}

function normalized(property: Property, value: unknown): unknown {
  const opened = plain(value);
  if (property.kind !== "json" || typeof opened === "string")
    return typeof opened === "string" && !containsSecret(value) ? opened : value;
  if (containsUnknown(opened)) return unknownValue;
  const document = JSON.stringify(opened);
  return containsSecret(value) ? secretOf(document) : document;
}

/**
 * Checks what a program gave, adds the defaults and turns JSON documents given as objects into text.
 *
 * @param inputs as the engine sends them, secrets marked
 * @returns the inputs to keep (secrets still marked) and what is wrong with them: a missing, mistyped or unsupported
 *   property, at any depth
 */
export function check(properties: Properties, inputs: Values): { inputs: Values; failures: Failure[] } {
  const failures = checkMembers(properties, "", plain(inputs) as Values);
  const kept: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = inputs[name] ?? property.default;
    if (value !== undefined) kept[name] = normalized(property, value);
  }
  return { inputs: kept, failures };
}

/** Servers do not tell "absent" from the empty value of a kind, so neither do we. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === false ||
  value === 0 ||
  (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);

/** Deep equality of JSON values; the order of an object's members means nothing. */
export function equalJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((member, index) => equalJson(member, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && equalJson(one[key], other[key]))
  );
}

/** True if two values of a property mean the same to the server. Expects plain values; an unknown one never does. */
export function same(property: Property, one: unknown, other: unknown): boolean {
  if (containsUnknown(one) || containsUnknown(other)) return false;
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other);
  switch (property.kind) {
    case "set":
      return equalJson([...(one as string[])].sort(), [...(other as string[])].sort());
    case "json":
      return (
        isJson(String(one)) && isJson(String(other)) && equalJson(JSON.parse(String(one)), JSON.parse(String(other)))
      );
    case "archive":
      return (one as Values).hash === (other as Values).hash;
    case "object":
      return Object.entries(property.fields ?? {}).every(([name, field]) => {
        const [before, after] = [(one as Values)[name], (other as Values)[name]];
        return (field.computed && after === undefined) || same(field, before, after);
      });
    default:
      return equalJson(one, other);
  }
}

/** The names of the properties whose wanted value differs from the state. Expects plain values. */
export function changedProperties(properties: Properties, state: Values, wish: Values): string[] {
  return Object.entries(properties)
    .filter(([name, property]) => !(property.computed && wish[name] === undefined))
    .filter(([name, property]) => !same(property, state[name], wish[name]))
    .map(([name]) => name);
}

/** Reads a resource's properties, of which some are known only when the resource is made. */
import { UnknownValueError } from "@pulumi/policy";

/** Stands for a value that a preview doesn't know. Nothing can be said against it; it is looked at again at `up`. */
export const later = Symbol("known later");

/** A property as a rule sees it; the only symbol is {@link later}. */
export type Known =
  string | number | boolean | symbol | null | undefined | readonly Known[] | { readonly [name: string]: Known };

/** A property as the engine's proxy gives it: to touch an unknown one throws, and would end the rule for all others. */
function touch(holder: object, name: string): unknown {
  try {
    return (holder as Record<string, unknown>)[name];
  } catch (error) {
    if (error instanceof UnknownValueError) return later;
    throw error;
  }
}

function copy(value: unknown): Known {
  // Not by map, which would touch the members itself.
  if (Array.isArray(value))
    return Array.from({ length: value.length }, (_, index) => copy(touch(value, String(index))));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.keys(value).map((name) => [name, copy(touch(value, name))]));
  }
  return value as Known;
}

/** The value at a path of property names, all of it copied out of the proxy; undefined where there is none. */
export function readKnown(props: object, ...path: readonly string[]): Known {
  let value: unknown = props;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return value === later ? later : undefined;
    value = touch(value, name);
  }
  return copy(value);
}

/** True for a JSON object. */
export const isMap = (value: Known): value is { readonly [name: string]: Known } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: Known): value is readonly Known[] => Array.isArray(value);

/** One or many, as a list; none when absent. */
export const listOf = (value: Known): readonly Known[] =>
  isList(value) ? value : value === undefined || value === null ? [] : [value];

/** The texts of one or many; others, unknown ones too, are left out. */
export const textsOf = (value: Known): readonly string[] =>
  listOf(value).filter((member): member is string => typeof member === "string");

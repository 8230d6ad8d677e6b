import type { Failure, Property } from "../properties";
import type { Values } from "../values";
import { textMap } from "../values";

export const tagsProperty: Property = { kind: "map" };

/** Every regional resource takes a region; here it can only be the configured one. */
export const regionProperty = (region: string): Property => ({ kind: "text", computed: true, oneOf: [region] });

/** Outputs that every regional resource with tags has. */
export const regionAndTags = (region: string, inputs: Values): Values => ({ region, tagsAll: textMap(inputs, "tags") });

/** Tags as a list of keys and values. */
export const tagList = (tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Tags out of a list as a server answers it. */
export function tagMap(list: unknown): Record<string, string> {
  const entries = (list === undefined || list === "" ? [] : [list].flat()) as { Key: string; Value?: string }[];
  return Object.fromEntries(entries.map(({ Key, Value }) => [Key, Value ?? ""]));
}

/** What has to be set and what removed to get from one set of tags to the other. */
export function tagChanges(state: Values, inputs: Values): { set: Record<string, string>; removed: string[] } {
  const [before, after] = [textMap(state, "tags"), textMap(inputs, "tags")];
  return {
    set: Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value)),
    removed: Object.keys(before).filter((key) => !(key in after)),
  };
}

/** Sends the changes of tags, each request only when there is something in it. */
export async function applyTags(
  state: Values,
  inputs: Values,
  set: (tags: Record<string, string>) => Promise<unknown>,
  remove: (keys: string[]) => Promise<unknown>,
): Promise<void> {
  const changes = tagChanges(state, inputs);
  if (changes.removed.length > 0) await remove(changes.removed);
  if (Object.keys(changes.set).length > 0) await set(changes.set);
}

/** A number among texts, as attributes and XML give it. */
export const numberOf = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

/** An empty list of failures, or one. */
export const failWhen = (broken: boolean, property: string, reason: string): Failure[] =>
  broken ? [{ property, reason }] : [];

/** Finds every text in a resource's properties, whatever the shape of them. */
import { isList, isMap } from "./known";
import type { Known } from "./known";

export interface TextWithin {
  /** Names of the members that lead to it; a member of a list has its own name, if it has one. */
  readonly path: readonly string[];
  readonly text: string;
}

/** The texts in a value, the names of its members too: a secret may be used as a name. */
export function textsWithin(value: Known, path: readonly string[] = []): readonly TextWithin[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (isList(value)) {
    return value.flatMap((member) => {
      const name = isMap(member) ? member["name"] : undefined;
      return textsWithin(member, typeof name === "string" ? [...path, name] : path);
    });
  }
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    { path, text: name },
    ...textsWithin(member, [...path, name]),
  ]);
}

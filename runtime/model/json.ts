/**
 * JSON without loss: numbers are compared by their text, since `JSON.parse` and Vault alike read them as float64, and
 * members by their order-free list, since duplicate keys and `__proto__` get lost in a JavaScript object.
 */
import { findNodeAtLocation, parseTree } from "jsonc-parser";
import type { Node } from "jsonc-parser";

/** A JSON text and one value in it. */
export interface JsonValue {
  readonly text: string;
  readonly node: Node;
}

/** Vault refuses deeper nesting (500 at 300 levels); the limit here keeps well clear of it. */
const maxDepth = 100;
/** Vault refuses containers of more than 10,000 entries. */
const maxEntries = 1_000;
/** OpenBao (2.7.2) refuses a request with more than 1,000 strings, names of members and those around the value counted. */
const maxStrings = 900;

/** The deepest nesting of a JSON text, found without recursion so that a hostile text can't exhaust the stack. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (quoted) {
      if (character === "\\") index += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, (depth += 1));
    else if (character === "}" || character === "]") depth -= 1;
  }
  return deepest;
}

const isStrictJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The parser's message quotes the text; only the verdict leaves this function.
    return false;
  }
};

/** Parses a JSON text of at most `depth` levels; undefined when it is deeper or not JSON. */
export function parseJson(text: string, depth: number): JsonValue | undefined {
  if (depthOf(text) > depth || !isStrictJson(text)) return undefined;
  const node = parseTree(text);
  return node === undefined ? undefined : { text, node };
}

/** The value at a path of member names; undefined when there is none. */
export function valueAt({ text, node }: JsonValue, path: readonly string[]): JsonValue | undefined {
  const found = findNodeAtLocation(node, [...path]);
  return found === undefined ? undefined : { text, node: found };
}

/** The text of a value as it stands in its document. */
export const textOf = ({ text, node }: JsonValue): string => text.slice(node.offset, node.offset + node.length);

/** The decoded text of a JSON string; undefined for every other kind of value. */
export const stringOf = ({ node }: JsonValue): string | undefined =>
  node.type === "string" && typeof node.value === "string" ? node.value : undefined;

interface Member {
  readonly key: string;
  readonly value: Node;
}

const childrenOf = (node: Node): readonly Node[] => node.children ?? [];

const membersOf = (node: Node): readonly Member[] =>
  childrenOf(node).flatMap(({ children: [key, value] = [] }) =>
    key !== undefined && value !== undefined ? [{ key: String(key.value), value }] : [],
  );

const isKeptText = (text: string): boolean => text.isWellFormed();

function isKept(text: string, node: Node): boolean {
  const children = childrenOf(node);
  if (children.length > maxEntries) return false;
  switch (node.type) {
    case "object": {
      const members = membersOf(node);
      const keys = new Set(members.map(({ key }) => key));
      return keys.size === members.length && members.every(({ key, value }) => isKeptText(key) && isKept(text, value));
    }
    case "array":
      return children.every((child) => isKept(text, child));
    case "number": {
      const written = textOf({ text, node });
      return String(Number(written)) === written;
    }
    case "string":
      return isKeptText(String(node.value));
    case "boolean":
    case "null":
      return true;
    case "property":
      return false;
    default:
      return node.type satisfies never;
  }
}

/** The strings of a value, names of members counted. */
function stringsIn(node: Node): number {
  const own = node.type === "string" ? 1 : 0;
  return childrenOf(node).reduce((sum, child) => sum + stringsIn(child), own);
}

/**
 * Whether a text is a JSON object, with at least one member, that Vault's KV version 2 gives back with the same
 * members, strings and number texts. Vault answers duplicate keys, lone surrogates, deep nesting and huge containers
 * with a permanent 500 (OpenBao changes some of them silently), and prints numbers anew from float64.
 */
export function isKeptObject(text: string): boolean {
  const json = parseJson(text, maxDepth);
  if (json === undefined) return false;
  const { node } = json;
  return node.type === "object" && childrenOf(node).length > 0 && isKept(text, node) && stringsIn(node) <= maxStrings;
}

/** Whether two JSON values are equal: objects by their members in any order, numbers by their text. */
export function sameJson(a: JsonValue, b: JsonValue): boolean {
  if (a.node.type !== b.node.type) return false;
  switch (a.node.type) {
    case "object": {
      const left = membersOf(a.node);
      const right = new Map(membersOf(b.node).map(({ key, value }) => [key, value]));
      // Equal keys on either side make it no object that Vault could hold.
      if (new Set(left.map(({ key }) => key)).size !== left.length) return false;
      if (left.length !== right.size || left.length !== childrenOf(b.node).length) return false;
      return left.every(({ key, value }) => {
        const other = right.get(key);
        return other !== undefined && sameJson({ text: a.text, node: value }, { text: b.text, node: other });
      });
    }
    case "array": {
      const left = childrenOf(a.node);
      const right = childrenOf(b.node);
      return (
        left.length === right.length &&
        left.every((node, index) => {
          const other = right[index];
          return other !== undefined && sameJson({ text: a.text, node }, { text: b.text, node: other });
        })
      );
    }
    case "number":
      return textOf(a) === textOf(b);
    case "string":
    case "boolean":
    case "null":
      return a.node.value === b.node.value;
    case "property":
      return false;
    default:
      return a.node.type satisfies never;
  }
}

/**
 * The shortest text of the same value: no white space, strings with no escape that JSON does not need, numbers as they
 * stand. Servers print `<`, `>` and `&` as escapes six times as long, which could outgrow the limit of where it goes.
 */
export function compactText({ text, node }: JsonValue): string {
  const inner = (child: Node): string => compactText({ text, node: child });
  switch (node.type) {
    case "object":
      return `{${membersOf(node)
        .map(({ key, value }) => `${JSON.stringify(key)}:${inner(value)}`)
        .join(",")}}`;
    case "array":
      return `[${childrenOf(node).map(inner).join(",")}]`;
    case "string":
      return JSON.stringify(node.value);
    case "number":
    case "boolean":
    case "null":
    case "property":
      return textOf({ text, node });
    default:
      return node.type satisfies never;
  }
}

/** Reads JSON that others write, in which a key may be given more than once: `JSON.parse` keeps only the last of them. */
import { parseJson } from "../runtime/model/json";
import type { JsonValue } from "../runtime/model/json";
import { listOf } from "./known";
import type { Known } from "./known";

type Node = JsonValue["node"];

export interface JsonText {
  readonly value: Known;
  /** Some key is given more than once in the same object, so that readers differ in what they take. */
  readonly repeats: boolean;
}

/** More than anybody nests; deeper texts are not read. */
const mostLevels = 100;

interface Member {
  readonly key: string;
  readonly value: Node;
}

/** A text or a number has none. */
const childrenOf = ({ children = [] }: Node): readonly Node[] => children;

const membersOf = (node: Node): readonly Member[] =>
  childrenOf(node).flatMap((member) => {
    const [key, value] = childrenOf(member);
    return key && value ? [{ key: String(key.value), value }] : [];
  });

/** The values of equal keys as one list, which is how HCL, and so Vault, reads them. */
function valueOf(node: Node): Known {
  if (node.type === "array") return childrenOf(node).map(valueOf);
  if (node.type !== "object") return node.value as Known;
  const members = membersOf(node);
  const valuesOf = (key: string): readonly Known[] =>
    members.filter((member) => member.key === key).map(({ value }) => valueOf(value));
  return Object.fromEntries(
    [...new Set(members.map(({ key }) => key))].map((key) => {
      const values = valuesOf(key);
      return [key, values.length === 1 ? values[0] : values.flatMap(listOf)];
    }),
  );
}

function repeatsIn(node: Node): boolean {
  const keys = node.type === "object" ? membersOf(node).map(({ key }) => key) : [];
  return new Set(keys).size < keys.length || childrenOf(node).some(repeatsIn);
}

/** Undefined when the text is not strict JSON, or is nested too deeply. */
export function readJson(text: string): JsonText | undefined {
  const json = parseJson(text, mostLevels);
  return json === undefined ? undefined : { value: valueOf(json.node), repeats: repeatsIn(json.node) };
}

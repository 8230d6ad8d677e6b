/**
 * One move's calls as a template for any secret, so that a bare loop can make the same calls in the same order, whatever
 * the protocol is by now.
 */
import { predecessors } from "./chain";
import type { Hop } from "./hop";

/** A secret that a move is about. */
export interface Subject {
  readonly arn: string;
  readonly name: string;
  readonly versionId: string;
  /** JSON text of an object. */
  readonly value: string;
}

/** A call with placeholders for what differs from secret to secret. */
export interface TemplateCall {
  /** Calls of the template that had ended when this one began. */
  readonly after: readonly number[];
  readonly status: number;
  readonly call:
    | { readonly to: "aws"; readonly action: string; readonly input: string }
    | {
        readonly to: "vault";
        readonly method: string;
        readonly path: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: string;
      };
}

const suffixOf = (arn: string): string => arn.slice(-6);

/** Longest first: a name is part of its ARN, and a suffix could stand anywhere. */
const blanks = ({ arn, name, versionId, value }: Subject): readonly (readonly [string, string])[] => [
  [value, "{{value}}"],
  [arn, "{{arn}}"],
  [versionId, "{{versionId}}"],
  [name, "{{name}}"],
  [suffixOf(arn), "{{suffix}}"],
];

function callOf({ method, path, headers, body }: Hop, blank: (text: string) => string): TemplateCall["call"] {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return { to: "aws", action: target.split(".").at(-1) ?? "", input: blank(body) };
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" && (name === "content-type" || name.startsWith("x-vault-")) && name !== "x-vault-token"
      ? [[name, value] as const]
      : [],
  );
  return { to: "vault", method, path: blank(path), headers: Object.fromEntries(kept), body: blank(body) };
}

/**
 * Makes the template from the calls of one move.
 *
 * @param hops all calls about `subject`, of both sides, in any order
 */
export function templateOf(hops: readonly Hop[], subject: Subject): readonly TemplateCall[] {
  const ordered = [...hops].sort((a, b) => a.start - b.start);
  const blank = (text: string): string => blanks(subject).reduce((left, [from, to]) => left.replaceAll(from, to), text);
  const after = predecessors(ordered);
  return ordered.map((hop, index) => ({
    after: after[index] ?? [],
    status: hop.status,
    call: callOf(hop, blank),
  }));
}

/** What a template asks for, without what tells one secret from another: to compare two of them. */
export const signatureOf = (template: readonly TemplateCall[]): readonly string[] =>
  template
    .map(({ call }) =>
      call.to === "aws" ? call.action : `${call.method} ${call.path.split("/").slice(0, 4).join("/")}`,
    )
    .sort();

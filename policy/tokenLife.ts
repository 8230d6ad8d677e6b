/** How long the tokens of a Vault role live. */
import type { Looked } from "./rule";

export interface TokenLife {
  readonly maxTtlSeconds: number;
}

/** The parameter of the rules on roles. */
export const maxTtlSeconds = {
  type: "integer",
  minimum: 1,
  maximum: 86_400,
  default: 3_600,
  description: "How many seconds a token of the role may live, renewals included.",
} as const;

/** What makes the role's tokens live too long, as the rest of a sentence about the role. */
export function tokenLifeFaults(resource: Looked, { maxTtlSeconds: most }: TokenLife): readonly string[] {
  const isWithin = (property: string): boolean => {
    const seconds = resource.read(property);
    return typeof seconds === "number" ? seconds > 0 && seconds <= most : typeof seconds === "symbol";
  };
  const period = resource.read("tokenPeriod");
  if (typeof period === "number" && period > 0) {
    return [
      `has a tokenPeriod, so that its tokens can be renewed for ever: set tokenMaxTtl to at most ${most} seconds`,
    ];
  }
  const faults = isWithin("tokenTtl") ? [] : [`has no tokenTtl of at most ${most} seconds: set it`];
  const ends = resource.read("tokenType") === "batch" || isWithin("tokenMaxTtl") || isWithin("tokenExplicitMaxTtl");
  return ends
    ? faults
    : [
        ...faults,
        `has no tokenMaxTtl of at most ${most} seconds, so that its tokens can be renewed for longer: set it`,
      ];
}

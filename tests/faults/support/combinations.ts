/** Every combination of a move, one of its calls and what can go wrong there. */
import type { CallName } from "./calls";
import { faultsAt } from "./faultTable";
import type { Trap } from "./theatre";
import { scenarios } from "./scenarios";
import type { Scenario } from "./scenarios";

export interface Combination {
  /** `<scenario>/<call>/<fault>`, and `/lasting` when the fault hits more than once. */
  readonly name: string;
  readonly scenario: Scenario;
  readonly trap: Trap;
}

/** Keeps what the environment variable FAULT asks for, by a part of the name; everything without it. */
export const wanted = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] =>
  all.filter(({ name }) => name.includes(process.env["FAULT"] ?? ""));

export const trapsAt = (call: CallName): readonly Trap[] =>
  faultsAt(call).flatMap((fault) => fault.spans.map((span) => ({ call, fault, span })));

export const nameOf = (where: string, { call, fault, span }: Trap): string =>
  [where, call, fault.name, ...(span === "lasting" ? [span] : [])].join("/");

/** The faults of all calls that are about one secret. */
export const combinations = (): readonly Combination[] =>
  scenarios.flatMap((scenario) =>
    scenario.calls.flatMap((call) =>
      trapsAt(call).map((trap) => ({ name: nameOf(scenario.name, trap), scenario, trap })),
    ),
  );

/** A fault of a call that is about no secret. */
export type ColdCombination = Omit<Combination, "scenario">;

export const coldCombinations = (where: string, calls: readonly CallName[]): readonly ColdCombination[] =>
  calls.flatMap((call) => trapsAt(call).map((trap) => ({ name: nameOf(where, trap), trap })));

/** Splits a list into parts of at most so many. */
export const parts = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));

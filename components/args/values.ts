import { Output, output } from "@pulumi/pulumi";
import type { HomingArgs } from "../homingArgs";
import { combinationFaults, regionFaults, sizeFaults } from "./conflicts";
import type { Label } from "./conflicts";
import { catalogue, defaults, lateKeys } from "./table";
import type { Key, KnownValues, Values } from "./table";

/** An empty text is nothing, as in the configuration. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== "";

/** Whether a value comes from another resource, in whole or in part. */
const comesLater = (value: unknown): boolean =>
  Output.isInstance(value) ||
  value instanceof Promise ||
  (typeof value === "object" && value !== null && Object.values(value).some(comesLater));

const checkOf = (key: Key, label: Label) => (value: unknown) => {
  const checked = catalogue[key].check(value);
  return "value" in checked ? checked : { fault: `${label(key)} must be ${checked.allowed}` };
};

/**
 * Checks all arguments.
 *
 * @param label how the reader of a fault knows an argument
 * @param region where `Homing` will work, if it is known
 */
export function checkArgs(args: HomingArgs, label: Label, region?: string): { values: KnownValues; faults: string[] } {
  const faults = Object.keys(args)
    .filter((key) => !Object.hasOwn(catalogue, key))
    .map((key) => `${label(key)} is no argument of Homing`);
  const read = (Object.keys(catalogue) as Key[]).map((key): [Key, unknown] => {
    const check = checkOf(key, label);
    const given = args[key] as unknown;
    if (!isGiven(given)) return [key, defaults[key]];
    if (comesLater(given) && lateKeys.some((late) => late === key)) {
      const later = (output(given) as Output<unknown>).apply((value) => {
        const checked = check(value);
        if ("fault" in checked) throw new Error(checked.fault);
        return checked.value;
      });
      return [key, later];
    }
    const checked = check(given);
    if ("value" in checked) return [key, checked.value];
    faults.push(checked.fault);
    return [key, defaults[key]];
  });
  const values = Object.fromEntries(read) as KnownValues;
  const known = knownNow(values);
  return {
    values,
    faults: [
      ...faults,
      ...combinationFaults(values, isGiven(args.vaultAddress), label),
      ...regionFaults(known, label, { region }),
      ...sizeFaults(known, label),
    ],
  };
}

/** What is known before any resource is made: what comes later is as if it weren't given. */
const knownNow = (values: KnownValues): Values =>
  Object.fromEntries(
    (Object.keys(catalogue) as Key[]).map((key) => [key, Output.isInstance(values[key]) ? defaults[key] : values[key]]),
  ) as Values;

/** @throws one error that lists each fault */
export function refuse(what: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`${what}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
}

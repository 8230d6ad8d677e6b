import { config as aws } from "@pulumi/aws";
import { Config, runtime } from "@pulumi/pulumi";
import { catalogue, defaults } from "../components/args/table";
import type { Key } from "../components/args/table";
import { checkArgs, refuse } from "../components/args/values";
import type { HomingArgs } from "../components/homingArgs";
import { jsonMissing, typed } from "./parsers";

const namespace = "homing";

/** The program's configuration: the keys of the namespace `homing`, without it. */
export function configuration(): Record<string, string> {
  const config = new Config(namespace);
  const keys = Object.keys(runtime.allConfig()).filter((key) => key.startsWith(`${namespace}:`));
  const names = keys.map((key) => key.slice(namespace.length + 1));
  // Through Config.get, which warns of a value that is kept as a secret: no setting is one, all reach the function.
  return Object.fromEntries(names.map((name) => [name, config.get(name) ?? ""]));
}

/**
 * Reads every setting, as the arguments of `Homing`.
 *
 * @param config keys of the namespace `homing`, without it
 * @param region the stack's own, if its configuration or environment names it
 * @throws one error that lists each fault, with the setting's name and what is allowed
 */
export function readSettings(config = configuration(), region: string | undefined = aws.region): HomingArgs {
  const unknown = Object.keys(config).filter((key) => !isKey(key));
  const given = Object.entries(config)
    .filter((entry): entry is [Key, string] => isKey(entry[0]) && entry[1] !== "")
    .map(([key, raw]): [Key, unknown] => [key, typed(raw, defaults[key])]);
  const args = ownRegionFirst(Object.fromEntries(given), region);
  const { faults } = checkArgs(args, (key) => labelOf(key, config[key] ?? ""), region);
  refuse("The configuration can't be used", [
    ...unknown.map((key) => `${namespace}:${key} is no setting of this program`),
    ...faults,
  ]);
  return args;
}

const isKey = (key: string): key is Key => Object.hasOwn(catalogue, key);

/** A setting in a fault. Of a list or an object it says when the text is neither; the text itself may hold a password. */
function labelOf(key: string, raw: string): string {
  const form = isKey(key) && raw !== "" ? jsonMissing(raw, defaults[key]) : undefined;
  return `${namespace}:${key}${form === undefined ? "" : `, which is no JSON ${form},`}`;
}

const isList = (value: unknown): value is readonly string[] => Array.isArray(value);

/** In the configuration the stack's own region may stand anywhere in the list. */
function ownRegionFirst(given: Readonly<Record<string, unknown>>, own: string | undefined): HomingArgs {
  // Of the types that it says only once it is checked.
  const args = given as unknown as HomingArgs;
  const { regions } = args;
  if (own === undefined || !isList(regions)) return args;
  const isOwn = (region: string): boolean => region === own;
  return { ...args, regions: [...regions.filter(isOwn), ...regions.filter((region) => !isOwn(region))] };
}

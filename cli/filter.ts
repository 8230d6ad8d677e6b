/** Which secrets a command is about: by name, tag and age. */
import { matchesAny } from "../runtime/model/pattern";
import { Failure } from "./failure";
import type { Listed } from "./listing";

export interface FilterOptions {
  /** Patterns, one of which a name must match; none: every name. */
  readonly name?: readonly string[];
  /** `key` or `key=value`, all of which a secret must carry. */
  readonly tag?: readonly string[];
  /** Last changed so long ago at least, as {@link readDuration} reads it. */
  readonly olderThan?: string;
  /** Last changed so long ago at most. */
  readonly newerThan?: string;
}

export type Filter = (secret: Listed) => boolean;

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Reads `90s`, `30m`, `2h`, `7d` or `1w` as milliseconds. */
export function readDuration(option: string, text: string): number {
  const [, number, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) {
    throw new Failure(`${option} ${text} is no time: use a number and s, m, h, d or w, for example 2h.`);
  }
  return Number(number) * unitMs[unit as keyof typeof unitMs];
}

const namePattern = /^[A-Za-z0-9/_+=.@!*-]{1,512}$/;

function readNames(patterns: readonly string[]): (name: string) => boolean {
  const wrong = patterns.find((pattern) => !namePattern.test(pattern));
  if (wrong !== undefined) {
    throw new Failure(
      `--name ${JSON.stringify(wrong)} matches no name: use letters, digits and /_+=.@!- with * for any run of characters, in quotes: --name 'dev/*'.`,
    );
  }
  return (name) => patterns.length === 0 || matchesAny(patterns, name);
}

function readTag(text: string): (tags: Readonly<Record<string, string>>) => boolean {
  const [, key = "", value] = /^([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
  if (key === "") throw new Failure(`--tag ${JSON.stringify(text)} is no tag: use --tag team or --tag team=payments.`);
  return (tags) => (value === undefined ? tags[key] !== undefined : tags[key] === value);
}

/**
 * Makes the filter.
 *
 * @throws a {@link Failure} that names the wrong option and shows a right one
 */
export function makeFilter(options: FilterOptions, now: number): Filter {
  const isNamed = readNames(options.name ?? []);
  const tags = (options.tag ?? []).map(readTag);
  const after = options.newerThan === undefined ? -Infinity : now - readDuration("--newer-than", options.newerThan);
  const before = options.olderThan === undefined ? Infinity : now - readDuration("--older-than", options.olderThan);
  if (after > before) throw new Failure("--newer-than must be longer than --older-than, or no secret is both.");
  return ({ source, changedAt }) => {
    if (!isNamed(source.name) || !tags.every((has) => has(source.tags))) return false;
    // A secret without a date is taken for one that just changed.
    const changed = changedAt ?? now;
    return changed >= after && changed <= before;
  };
}

/** What every name that the patterns match starts with, and the deployment's prefix: less for the server to list. */
export function commonPrefix(patterns: readonly string[], namePrefix: string): string {
  const [only = "", ...others] = patterns;
  const [literal = ""] = only.split("*");
  return others.length === 0 && literal.startsWith(namePrefix) ? literal : namePrefix;
}

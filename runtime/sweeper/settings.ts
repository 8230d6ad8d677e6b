import { variableOf } from "../shared/environment";

/** All that the sweeper is told at deployment, under the names of the Pulumi configuration. */
export interface SweepSettings {
  readonly region: string;
  /** Only secrets whose name starts with this are looked at. */
  readonly namePrefix: string;
  /** Name patterns of secrets that are never touched. */
  readonly exemptNames: readonly string[];
  /** Minutes between the copy and the deletion. */
  readonly settleMinutes: number;
  /** Share of the account's ListSecrets rate that a sweep may use, up to 1. */
  readonly sweepShare: number;
  /** The mover's queue. */
  readonly queueUrl: string;
}

/** The settings as environment variables; an empty text is left out, since Lambda refuses empty values. */
export function writeSweepEnvironment(settings: SweepSettings): Record<string, string> {
  const variables = Object.entries({
    region: settings.region,
    namePrefix: settings.namePrefix,
    exemptNames: JSON.stringify(settings.exemptNames),
    settleMinutes: settings.settleMinutes.toString(),
    sweepShare: settings.sweepShare.toString(),
    queueUrl: settings.queueUrl,
  } satisfies Record<keyof SweepSettings, string>);
  return Object.fromEntries(
    variables.filter(([, value]) => value !== "").map(([name, value]) => [variableOf(name), value]),
  );
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((member) => typeof member === "string");

/**
 * Reads the settings back from the function's environment.
 *
 * @throws one error that lists every variable that is missing or can't be read
 */
export function readSweepEnvironment(env: Readonly<Record<string, string | undefined>>): SweepSettings {
  const faults: string[] = [];
  const text = (name: keyof SweepSettings, optional = false): string => {
    const value = env[variableOf(name)] ?? "";
    if (value === "" && !optional) faults.push(`${variableOf(name)} is missing`);
    return value;
  };
  const number = (name: keyof SweepSettings): number => {
    const value = Number(text(name));
    if (!Number.isFinite(value)) faults.push(`${variableOf(name)} is not a number`);
    return value;
  };
  const texts = (name: keyof SweepSettings): readonly string[] => {
    try {
      const value: unknown = JSON.parse(text(name) || "[]");
      if (isTexts(value)) return value;
    } catch {
      // The parser's message quotes the variable's value.
    }
    faults.push(`${variableOf(name)} is not a list of texts`);
    return [];
  };
  const settings: SweepSettings = {
    region: text("region"),
    namePrefix: text("namePrefix", true),
    exemptNames: texts("exemptNames"),
    settleMinutes: number("settleMinutes"),
    sweepShare: number("sweepShare"),
    queueUrl: text("queueUrl"),
  };
  if (faults.length > 0) {
    throw new Error(`The sweeper can't start: ${faults.join("; ")}. Deploy the stack again with pulumi up.`);
  }
  return settings;
}

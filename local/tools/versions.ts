import nodePackages = require("./nodePackages.json");

/** Every version that the local cloud installs. Go modules are pinned by the go.mod and go.sum of their folder in tools. */
export const versions = {
  vault: "1.21.2",
  pulumi: "3.200.0",
  actionlint: "1.7.7",
  openbao: "2.7.2",
  ministack: "1.5.33",
  rich: "15.0.0",
} as const;

/** The npm package that ships the Node binary of Lambda's nodejs24.x runtime for one kind of machine. */
export interface NodePackage {
  readonly name: string;
  readonly version: string;
}

/**
 * The Node 24 package for a machine, or undefined where there is none. Not every release is published for every machine, and
 * Apple's chips have a package name of their own. Arguments as in `process`.
 */
export function nodePackageFor(platform: string, architecture: string): NodePackage | undefined {
  return (nodePackages as Readonly<Record<string, NodePackage>>)[`${platform}-${architecture}`];
}

/** Major, minor and patch number. */
export type Version = readonly [major: number, minor: number, patch: number];

/** The first version number, such as 1.21.2 or v3.200.0, in a tool's answer; undefined when there is none. */
export function versionIn(text: string): Version | undefined {
  const match = /(?:^|[^\d.])(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  if (match === null) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? "0")];
}

/** Whether `version` is `least` or newer. */
export function isAtLeast(version: Version, least: Version): boolean {
  for (const [index, number] of version.entries()) {
    const other = least[index] ?? 0;
    if (number !== other) return number > other;
  }
  return true;
}

/** Whether the answer of `vault version` is HashiCorp Vault 1.21 or newer: the first that records who wrote a version. */
export function isSuitableVault(answer: string): boolean {
  if (!/^Vault v\d/.test(answer)) return false;
  const version = versionIn(answer);
  return version !== undefined && isAtLeast(version, [1, 21, 0]);
}

/** Whether the answer of `pulumi version` is a 3.x engine from 3.200 on. */
export function isSuitablePulumi(answer: string): boolean {
  const version = versionIn(answer);
  return version !== undefined && version[0] === 3 && isAtLeast(version, [3, 200, 0]);
}

/** Whether a tool's answer names exactly the version `wanted`. */
export function isExactly(answer: string, wanted: string): boolean {
  return versionIn(answer)?.join(".") === wanted;
}

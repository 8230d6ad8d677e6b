/** The file that tells other programs where a local cloud is. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { RegionOutputs } from "../components/regionMover";

/** What `.local/system.json` holds. Everything in it belongs to a cloud that ends with its process. */
export interface System {
  /** The process that runs the cloud; it ends everything on SIGTERM. */
  readonly pid: number;
  /** The AWS emulator, for every service; access key `test`, secret key `test` is its root. */
  readonly awsEndpoint: string;
  /** Secrets Manager and STS as AWS has them: with CloudTrail's events, AWS's own refusals and web identity tokens. */
  readonly cloudTrailEndpoint: string;
  readonly region: string;
  readonly account: string;
  readonly vaultAddress: string;
  /** Root token of the development server. */
  readonly vaultToken: string;
  readonly vaultPid: number;
  readonly vaultUnsealKey: string;
  /** File of the server's audit device, a JSON object a line. */
  readonly vaultAuditLog: string;
  /** The role with which the function logs in at Vault. */
  readonly vaultRole: string;
  /** `key=value` of the tag that exempts a secret. */
  readonly exemptTag: string;
  readonly mount: string;
  readonly homePrefix: string;
  readonly namePrefix: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly functionName: string;
  readonly functionRoleArn: string;
  readonly logGroupName: string;
  readonly mode: string;
  /** The stack's name and where its state is, for the `pulumi` command. */
  readonly stack: string;
  readonly backendUrl: string;
  /** All outputs of the stack; what is no text, as JSON. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The mover of each region, as the stack's outputs tell it. */
export const moversOf = ({ outputs }: Pick<System, "outputs">): Readonly<Record<string, Told>> =>
  JSON.parse(outputs["movers"] ?? "{}") as Record<string, Told>;

type Told = { readonly [K in keyof RegionOutputs]: string };

/** The name of the cloud that is meant when none is named. */
export const defaultName = "default";

const root = join(__dirname, "..", ".local");

/** The folder of a cloud: its servers' state and logs, the stack's state. */
export const cloudDirectory = (name: string): string => join(root, name);

/** The lock that the process of a running cloud holds. */
export const lockOf = (name: string): string => `${cloudDirectory(name)}.lock`;

/** `.local/system.json` for the default cloud, `.local/<name>/system.json` for others beside it. */
export const systemFile = (name: string): string =>
  name === defaultName ? join(root, "system.json") : join(cloudDirectory(name), "system.json");

/** The file holds a root token, so only its owner can read it. */
export function writeSystem(name: string, system: System): void {
  writeFileSync(systemFile(name), `${JSON.stringify(system, null, 2)}\n`, { mode: 0o600 });
}

/** Signal 0 only asks. A process of somebody else's is alive as well. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** @throws when no cloud of this name runs; a process that was killed has left its file */
export function readSystem(name: string): System {
  const file = systemFile(name);
  const system = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as System) : undefined;
  if (system !== undefined && isAlive(system.pid)) return system;
  throw new Error(
    `no local cloud ${name} is running: start it with npm run local -- up${name === defaultName ? "" : ` --name ${name}`}`,
  );
}

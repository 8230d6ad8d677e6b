/** Runs the script that the mover is compared with. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { emulatorAccount } from "../../local/emulator";
import type { System } from "../../local/system";

export interface ScriptRun {
  readonly region: string;
  /** KV mount that it writes to. */
  readonly mount: string;
  readonly prefix?: string;
  readonly threads?: number;
  readonly check?: boolean;
}

export interface ScriptAnswer {
  readonly moved: number;
  readonly failed: number;
  readonly seconds: number;
}

/** @param python that has boto3 and hvac */
export async function runScript(python: string, system: System, run: ScriptRun): Promise<ScriptAnswer> {
  const { region, mount, prefix = "", threads = 1, check = false } = run;
  const args = ["--mount", mount, "--prefix", prefix, "--threads", threads.toString(), ...(check ? ["--check"] : [])];
  const { stdout } = await promisify(execFile)(python, [join(__dirname, "afternoon.py"), ...args], {
    env: {
      AWS_ENDPOINT_URL: system.cloudTrailEndpoint,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: emulatorAccount.accessKeyId,
      AWS_SECRET_ACCESS_KEY: emulatorAccount.secretAccessKey,
      VAULT_ADDR: system.vaultAddress,
      VAULT_TOKEN: system.vaultToken,
    },
  });
  return JSON.parse(stdout) as ScriptAnswer;
}

/**
 * Where a secret's home is for the script's users. Its HTTP client folds slashes and follows dots, on writing as on
 * reading; undefined when that leads out of the mount's data.
 */
export function pathOfScript(mount: string, name: string): string | undefined {
  const data = `/v1/${mount}/data/`;
  const { pathname } = new URL(`http://vault${data}${name}`.replace(/(?<!:)\/{2,}/g, "/"));
  return pathname.startsWith(data) ? decodeURIComponent(pathname.slice(data.length)) : undefined;
}

/** The program's settings in a local cloud, and their check before anything is started. */
import { readSettings } from "../settings/settings";
import { emulatorAccount } from "./emulator";

/** Where the servers of a cloud are, as far as settings name it. */
export interface Addresses {
  readonly vault: string;
  readonly sts: string;
}

/** What the program of a cloud is told. */
export interface ProgramOptions {
  readonly mode: "audit" | "copy" | "move";
  readonly login: "aws" | "jwt";
  readonly server: "vault" | "openbao";
  /** Settings of the program beside those that the cloud itself gives, by name without `homing:`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The settings that a cloud gives, by name without `homing:`, and over them those that were asked for. */
export function settingsOf(
  { mode, login, server, settings }: ProgramOptions,
  { vault, sts }: Addresses,
): Readonly<Record<string, string>> {
  return {
    vaultAddress: vault,
    login,
    mode,
    // The mount is gone with its server anyway.
    protect: "false",
    // Vault asks the emulator, not AWS, who signed a login.
    ...(login === "aws" ? { stsEndpoint: sts } : {}),
    ...(server === "openbao" ? { authorship: "label" } : {}),
    ...settings,
  };
}

/** Stands for an address that is not known before the servers run. */
const anyAddress = "http://127.0.0.1:1";

/** @throws as the program itself would, after a minute of starting servers */
export function checkSettings(options: ProgramOptions): void {
  readSettings({ ...settingsOf(options, { vault: anyAddress, sts: anyAddress }) }, emulatorAccount.region);
}

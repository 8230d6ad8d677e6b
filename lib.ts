/** homing as a package of another Pulumi program: the whole of it, or the components that it is made of. */
import program = require("./index");

export { program };
export { deployMovers, outputsOf } from "./movers";
export type { RegionMover, RegionOutputs } from "./movers";
export { readSettings, settingsIn } from "./settings/settings";
export type { Settings } from "./settings/settings";
export { moverNames } from "./components/names";
export type { MoverNames, Place } from "./components/names";
export { Fence } from "./components/fence";
export { MoverAlarms } from "./components/moverAlarms";
export { readMoverStack } from "./components/moverStack";
export type { MoverStack } from "./components/moverStack";
export { SecretMover } from "./components/secretMover";
export type { MoverOptions, SecretMoverArgs } from "./components/secretMover";
export { SecretSweeper } from "./components/secretSweeper";
export type { SecretSweeperArgs, SweepOptions } from "./components/secretSweeper";
export { VaultHome } from "./components/vaultHome";
export type { VaultHomeArgs, VaultHomeSettings } from "./components/vaultHome";
export { VaultReader } from "./components/vaultReader";
export type { VaultReaderArgs } from "./components/vaultReader";
export { isReadSecretError } from "./runtime/reader/readErrors";
export type { ReadCode, ReadSecretError } from "./runtime/reader/readErrors";
export { secretReader } from "./runtime/reader/secretReader";
export type { ReadSecret } from "./runtime/reader/readSecret";
export type { JsonObject, JsonValue, Secret, SecretValue } from "./runtime/reader/secretValue";

/** homing as a package of another Pulumi program: the whole of it, or the components that it is made of. */
import program = require("./index");

export { program };
export { deployMovers, outputsOf, settingsIn } from "./components/regionMover";
export type { RegionMover, RegionOutputs } from "./components/regionMover";
export { readSettings } from "./settings/settings";
export type { Settings } from "./settings/settings";
export { moverNames } from "./components/aws/names";
export type { MoverNames, Place } from "./components/aws/names";
export { Fence } from "./components/fence/fence";
export { MoverAlarms } from "./components/mover/moverAlarms";
export { readMoverStack } from "./components/reader/moverStack";
export type { MoverStack } from "./components/reader/moverStack";
export { SecretMover } from "./components/mover/secretMover";
export type { MoverOptions, SecretMoverArgs } from "./components/mover/secretMover";
export { SecretSweeper } from "./components/sweeper/secretSweeper";
export type { SecretSweeperArgs, SweepOptions } from "./components/sweeper/secretSweeper";
export { VaultHome } from "./components/vault/vaultHome";
export type { VaultHomeArgs, VaultHomeSettings } from "./components/vault/vaultHome";
export { VaultReader } from "./components/reader/vaultReader";
export type { VaultReaderArgs } from "./components/reader/vaultReader";
export { isReadSecretError } from "./runtime/reader/readErrors";
export type { ReadCode, ReadSecretError } from "./runtime/reader/readErrors";
export { secretReader } from "./runtime/reader/secretReader";
export type { ReadSecret } from "./runtime/reader/readSecret";
export type { JsonObject, JsonValue, Secret, SecretValue } from "./runtime/reader/secretValue";

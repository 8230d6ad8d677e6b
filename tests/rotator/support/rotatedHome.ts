/** A real Vault with one home, and a token that may do what a rotator's may. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { renderPolicy, rotatorRules } from "../../../components/vault/vaultPolicy";
import { installTools } from "../../../local/tools";
import { startVault } from "../../../local/vaultServer";
import { homePath, pendingPath } from "../../../runtime/model/path";
import type { RotatingValue } from "../../../runtime/rotator/callbacks";
import { readRotation, unrotated } from "../../../runtime/rotator/rotation";
import type { Rotation } from "../../../runtime/rotator/rotation";
import { homesOf, vaultApi } from "../../system/support/vaultApi";

const place = { account: "111122223333", region: "eu-west-1" };
const homes = { ...place, homePrefix: "aws", homeTemplate: "aws/{account}/{region}/{name}" };
const mount = "homing";

/** Where a rotator finds Vault, and what it is there. */
export interface RotatorPlace {
  readonly address: string;
  readonly token: string;
  readonly mount: string;
  readonly home: string;
  readonly pending: string;
}

export interface RotatedHome {
  readonly place: RotatorPlace;
  /** What the home holds: what a reader gets. */
  readonly read: () => Promise<RotatingValue>;
  readonly rotation: () => Promise<Rotation>;
  /** All values that are in Vault: the home's, and those of the rotation. */
  readonly values: () => Promise<readonly RotatingValue[]>;
}

export interface RotatorVault {
  readonly address: string;
  /** Makes a home that holds the value. */
  readonly homeOf: (name: string, value: RotatingValue) => Promise<RotatedHome>;
  readonly stop: () => Promise<void>;
}

/** The texts of the values that a rotation holds. */
function valuesOf(rotation: Rotation): readonly string[] {
  const { loose, previous } = rotation;
  const common = [...loose, ...(previous === undefined ? [] : [previous])];
  switch (rotation.is) {
    case "idle":
      return common;
    case "pending":
      return [...common, rotation.current, rotation.pending];
    case "retiring":
      return [...common, rotation.current, ...rotation.ending];
    default:
      return rotation satisfies never;
  }
}

/** Starts a Vault of its own. */
export async function startRotatorVault(): Promise<RotatorVault> {
  const tools = await installTools({
    server: "vault",
    vaultAwsPlugin: true,
    progress: (line) => {
      process.stderr.write(`${line}\n`);
    },
  });
  const directory = mkdtempSync(join(tmpdir(), "homing-"));
  const vault = await startVault({ tools, directory });
  const api = vaultApi(vault.address, vault.token);
  await api.write(`sys/mounts/${mount}`, { type: "kv", options: { version: "2" } });
  const entries = homesOf(api, mount);

  return {
    address: vault.address,
    async homeOf(name, value) {
      const [home, pending] = [homePath(homes, name), pendingPath(place, name)];
      await entries.write(home, value);
      const policy = `rotator-${name.replaceAll("/", "-")}`;
      await api.write(`sys/policies/acl/${policy}`, { policy: renderPolicy(rotatorRules(mount, home, pending, [])) });
      const { text } = await api.request("POST", "auth/token/create", { policies: [policy], no_default_policy: true });
      const token = (JSON.parse(text) as { readonly auth: { readonly client_token: string } }).auth.client_token;
      const read = async (): Promise<RotatingValue> => {
        const found = await entries.read(home);
        if (found === undefined) throw new Error("nothing is at the home");
        return found.data as RotatingValue;
      };
      const rotation = async (): Promise<Rotation> => {
        const found = await entries.read(pending);
        const known = found === undefined ? unrotated : readRotation(found.data);
        if (known === undefined) throw new Error("the entry at the pending path can't be read");
        return known;
      };
      return {
        place: { address: vault.address, token, mount, home, pending },
        read,
        rotation,
        values: async () => {
          const texts = valuesOf(await rotation());
          return [...texts.map((text) => JSON.parse(text) as RotatingValue), await read()];
        },
      };
    },
    stop: async () => {
      await vault.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

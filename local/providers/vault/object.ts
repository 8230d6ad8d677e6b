import type { ResourceType } from "../resourceType";
import type { Properties } from "../properties";
import type { Values } from "../values";
import { clientFor } from "./client";
import type { VaultClient } from "./client";
import { fromFields, toFields } from "./fields";

export interface VaultObject {
  readonly properties: Properties;
  /** Those of the properties that are fields of the object. */
  readonly fields: Properties;
  /** The properties that make up its path. */
  readonly identity: readonly string[];
  /** Where it is written, read and deleted; also its id. */
  readonly pathOf: (inputs: Values) => string;
  /** The identity, out of the id of an object that is imported. */
  readonly identityOf: (id: string) => Values;
  /** Changes the fields before they are written, where Vault has another form than the SDK. */
  readonly encode?: (fields: Values, inputs: Values) => Values;
  /** The inverse of `encode`. */
  readonly decode?: (fields: Values) => Values;
  /** Vault's own additions, out of what was read. */
  readonly outputs?: (fields: Values) => Values;
}

/** A resource that is one object in Vault: written whole, read and deleted at one path. */
export function objectType(vault: VaultClient, object: VaultObject): ResourceType {
  const { fields, outputs = () => ({}), encode = (it: Values) => it, decode = (it: Values) => it } = object;

  async function write(path: string, inputs: Values, state: Values = {}): Promise<Values> {
    const client = clientFor(vault, inputs);
    await client.write(path, encode(toFields(fields, { ...kept(state, inputs), ...inputs }), inputs));
    const found = (await client.read(path)) ?? {};
    const chosen = Object.entries(fields).filter(([name, { computed }]) => computed && inputs[name] === undefined);
    return { ...fromFields(Object.fromEntries(chosen), found), ...outputs(found) };
  }

  /** What the server chose or the program said before, and the program leaves out now: it keeps its value. */
  function kept(state: Values, inputs: Values): Values {
    const names = Object.keys(fields).filter((name) => fields[name]?.computed && inputs[name] === undefined);
    return Object.fromEntries(names.filter((name) => name in state).map((name) => [name, state[name]]));
  }

  return {
    properties: object.properties,
    identity: [...object.identity, "namespace"],

    async create(inputs) {
      const id = object.pathOf(inputs);
      return { id, outputs: await write(id, inputs) };
    },

    async read(id, state) {
      const found = await clientFor(vault, state).read(id);
      return found && { ...object.identityOf(id), ...fromFields(fields, decode(found)), ...outputs(found) };
    },

    update: (id, state, inputs) => write(id, inputs, state),

    remove: (id, state) => clientFor(vault, state).remove(id),
  };
}

/** `auth/<backend>/<middle>/<last>` as backend and last part; both may hold slashes around the middle. */
export function splitAuthPath(id: string, middle: string): { backend: string; name: string } {
  const cut = id.indexOf(`/${middle}/`);
  return { backend: id.slice("auth/".length, cut), name: id.slice(cut + middle.length + 2) };
}

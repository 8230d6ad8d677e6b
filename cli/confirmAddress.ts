/**
 * Asks a person once before their login at Vault goes to an address that only the mover's function names. Whoever may
 * change that function, or have another one named, would otherwise be sent the person's Vault token.
 */
import { isAbsolute, join } from "node:path";

import { membersOf } from "../runtime/shared/members";
import { Failure } from "./failure";

export interface AddressPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Text of a file; undefined when there is none. */
  readonly file: (path: string) => string | undefined;
  /** What a token helper answers to `get`. */
  readonly tokenOf: (helper: string) => string;
  /** Writes a file that only this person may read, and the folders above it. */
  readonly save: (path: string, text: string) => void;
  /** Asks a question that yes or no answers; undefined where nobody is there to answer. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
}

/** An address that is to be sent a login. */
export interface Addressed {
  /** The login, as in `the Vault token of ~/.vault-token`. */
  readonly login: string;
  /** Origin of the address. */
  readonly address: string;
  /** The function that names the address. */
  readonly functionArn: string;
}

/** What the person has confirmed: a function's ARN, and the address that it named then. */
export const confirmedFile = ({ env, home }: AddressPlace): string => {
  const { XDG_CONFIG_HOME: config = "" } = env;
  return join(isAbsolute(config) ? config : join(home, ".config"), "homing", "vault-addresses.json");
};

function confirmedIn(path: string, place: AddressPlace): Readonly<Record<string, unknown>> {
  const text = place.file(path) ?? "{}";
  try {
    return { ...membersOf(JSON.parse(text)) };
  } catch {
    throw new Failure(`${path} is not JSON: remove it, and this command asks anew.`);
  }
}

/**
 * Goes on at once where the person has confirmed this address for this function before.
 *
 * @throws when they don't confirm it, or nobody can be asked
 */
export async function confirmAddress({ login, address, functionArn }: Addressed, place: AddressPlace): Promise<void> {
  const path = confirmedFile(place);
  const confirmed = confirmedIn(path, place);
  if (confirmed[functionArn] === address) return;
  const option = `--vault-address ${address}`;
  if (place.ask === undefined) {
    throw new Failure(
      `This machine has never sent ${login} to the address that ${functionArn} names: say ${option} if that is your Vault.`,
    );
  }
  if (!(await place.ask(`Send ${login} to ${address} (function ${functionArn})? [y/N] `))) {
    throw new Failure(`Nothing was sent to ${address}. Say --vault-address if your Vault has another address.`);
  }
  place.save(path, `${JSON.stringify({ ...confirmed, [functionArn]: address }, undefined, 2)}\n`);
}

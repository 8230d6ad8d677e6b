import type { Failure, Properties } from "./properties";
import type { Values } from "./values";

export interface Created {
  readonly id: string;
  /** What the server added to the inputs, named as in the SDK. */
  readonly outputs: Values;
}

/**
 * How one type of resource is made and kept. All values are plain (secrets opened) and checked against `properties`.
 * The functions throw what the server answered; the caller adds the resource's type and name.
 */
export interface ResourceType {
  readonly properties: Properties;
  /** The property that is named after the resource, with a random ending, when the program doesn't give it. */
  readonly autoName?: string;
  /**
   * The id out of a state, of a type whose id follows a property that changes in place. An update can't tell the engine
   * another id, so that its own is out of date until the next refresh: then the state says where the object is.
   */
  readonly idOf?: (state: Values) => string | undefined;
  /** The properties that name the object at the server: if none of them changes, a replacement has to delete first. */
  readonly identity: readonly string[];
  /** Rules that concern several properties. */
  readonly rules?: (inputs: Values) => readonly Failure[];
  readonly create: (inputs: Values) => Promise<Created>;
  /** What the server holds, inputs included; undefined when there is no such object. */
  readonly read: (id: string, state: Values) => Promise<Values | undefined>;
  /** Absent when every property makes a new resource. @returns what the server added to the inputs */
  readonly update?: (id: string, state: Values, inputs: Values) => Promise<Values>;
  /** An object that is gone already is no error, unless the server says so of its kind. */
  readonly remove: (id: string, state: Values) => Promise<void>;
}

/** A function of the provider: takes plain arguments, gives plain results. */
export interface Invoke {
  readonly properties: Properties;
  readonly run: (args: Values) => Promise<Values>;
}

/** All that one provider plugin can do. */
export interface ProviderTable {
  /** By token, as in `aws:sqs/queue:Queue`. */
  readonly types: Readonly<Record<string, ResourceType>>;
  readonly invokes: Readonly<Record<string, Invoke>>;
  /** Asked before the first request; when it throws, every request is refused with its message. */
  readonly admit?: () => Promise<void>;
}

/** A failed second step must not leave what the first one made: runs `undo`, then throws the failure. */
export async function orUndo<T>(action: () => Promise<T>, undo: () => Promise<void>): Promise<T> {
  try {
    return await action();
  } catch (failure) {
    try {
      await undo();
    } catch (undoing) {
      throw new Error(
        `${(failure as Error).message}; and what was made of it is still there: ${(undoing as Error).message}`,
      );
    }
    throw failure;
  }
}

/**
 * Asks again until the answer is there.
 *
 * @param seconds how long to go on
 * @throws when the time is over, with `what` in its message
 */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (let pause = 25; ; pause = Math.min(pause * 2, 1000)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

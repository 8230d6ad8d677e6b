/** What happens around a call of a fake: a test records, crashes, fails or interferes there. */

export type Side = "source" | "home";

export interface FakeCall {
  readonly side: Side;
  /** The port's function. */
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Called before a call has its effect, and after it, before its answer is given. May throw; may wait. */
export type Hook = (call: FakeCall, when: "before" | "after") => void | Promise<void>;

/** Runs a synchronous effect between the two moments of its hook. */
export async function around<T>(hook: Hook, call: FakeCall, effect: () => T): Promise<T> {
  await hook(call, "before");
  const answer = effect();
  await hook(call, "after");
  return answer;
}

/** A port whose calls are done at once: the effects alone. */
export type Effects<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer
    : never;
};

/** A port made of its effects, each between the two moments of the hook. */
export function hooked<Port>(side: Side, effects: Effects<Port>, hook: Hook): Port {
  const entries = Object.entries(effects as Record<string, (...args: readonly unknown[]) => unknown>);
  const port = entries.map(([name, effect]) => [
    name,
    (...args: readonly unknown[]) => around(hook, { side, name, args }, () => effect(...args)),
  ]);
  return Object.fromEntries(port) as Port;
}

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

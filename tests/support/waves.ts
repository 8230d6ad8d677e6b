/** Which calls of a move are under way at the same time. */
import type { Hook } from "./hook";

/**
 * Holds every call until no other is sent, then lets all of them go on: calls that need not wait for one another form
 * one wave.
 */
export function waveRecorder(): { readonly waves: () => readonly (readonly string[])[]; readonly hook: Hook } {
  const waves: string[][] = [];
  let gate: Promise<void> | undefined;
  return {
    waves: () => waves.map((wave) => [...wave].sort()),
    hook: (call, when) => {
      if (when === "after") return undefined;
      const name = `${call.side}.${call.name}`;
      if (gate === undefined) {
        waves.push([name]);
        gate = new Promise((resolve) => {
          setImmediate(() => {
            gate = undefined;
            resolve();
          });
        });
      } else waves.at(-1)?.push(name);
      return gate;
    },
  };
}

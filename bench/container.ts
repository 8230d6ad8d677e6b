/** Calls a container and takes nothing but an answer from it. */
import type { Answered, Container } from "../tests/bundle/support/container";

/** @param remainingMs that the function is told it has left; Lambda's longest unless told */
export async function workOff(container: Container, event: unknown, remainingMs = 900_000): Promise<Answered> {
  const answer = await container.invoke(event, remainingMs);
  if (answer.is === "failed") throw new Error(`${answer.error.message}\n${container.output()}`);
  return answer;
}

export function loadMs({ loaded, output }: Container): number {
  if (loaded.is === "failed") throw new Error(`${loaded.error.message}\n${output()}`);
  return loaded.ms;
}

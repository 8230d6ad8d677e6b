/** The clock of AWS, as its answers tell it: the times of the log, of secrets and of their tags are by that clock. */
import type { LambdaClient } from "@aws-sdk/client-lambda";

/** A difference that the answer's second and its way could make counts for none. */
const leastMs = 2_000;
/** An answer that took longer, or during which the machine slept, tells too little. */
const longestMs = 5_000;

export interface ServerTime {
  /** Learns from each answer to this client. */
  readonly learnFrom: (client: LambdaClient) => void;
  /** Milliseconds since the epoch by the clock of AWS; by this machine's, until an answer has told. */
  readonly now: () => number;
}

/** The value of a header, whatever its case. */
function headerOf(response: unknown, name: string): string {
  if (typeof response !== "object" || response === null || !("headers" in response)) return "";
  const headers = response.headers as Readonly<Record<string, string>>;
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? "";
}

/** @param machine milliseconds since the epoch by this machine's clock */
export function makeServerTime(machine: () => number): ServerTime {
  let ahead = 0;

  function learn(date: string, asked: number): void {
    const answered = machine();
    // The header has whole seconds, so half a second later is its best guess.
    const told = Date.parse(date) + 500;
    if (Number.isNaN(told) || answered < asked || answered - asked > longestMs) return;
    const seen = told - (asked + answered) / 2;
    if (Math.abs(seen - ahead) < leastMs) return;
    ahead = Math.abs(seen) < leastMs ? 0 : seen;
  }

  return {
    now: () => machine() + ahead,
    learnFrom(client) {
      client.middlewareStack.add(
        (next) => async (args) => {
          const asked = machine();
          const result = await next(args);
          learn(headerOf(result.response, "date"), asked);
          return result;
        },
        // Inside the SDK's own tries, so that each answer stands for itself.
        { step: "deserialize", priority: "low", name: "learnServerTime" },
      );
    },
  };
}

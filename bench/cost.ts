/** What a number of moves costs on AWS, from what was counted while they were made. */

/** Dollars at list prices of us-east-1. docs/scale.md says where each is from. */
export const prices = {
  secretsManagerCall: 0.05 / 10_000,
  secretMonth: 0.4,
  queueRequest: 0.4 / 1_000_000,
  invocation: 0.2 / 1_000_000,
  /** A GB and second of arm64. */
  gigabyteSecond: 0.0000133334,
  logGigabyte: 0.5,
} as const;

/** Send, receive, delete: as if no request ever carried two messages. */
const requestsOfMessage = 3;
const gigabyte = 2 ** 30;

export interface Counted {
  readonly secrets: number;
  readonly secretsManagerCalls: number;
  readonly messages: number;
  readonly invocations: number;
  /** Of all invocations, as Lambda bills them. */
  readonly billedMs: number;
  readonly memoryMb: number;
  readonly logBytes: number;
}

export interface Bill {
  readonly secretsManager: number;
  readonly queue: number;
  readonly lambda: number;
  readonly logs: number;
  readonly total: number;
}

/** @returns dollars for 1,000 secrets */
export function billOf(counted: Counted): Bill {
  const thousand = 1_000 / counted.secrets;
  const secretsManager = thousand * counted.secretsManagerCalls * prices.secretsManagerCall;
  const queue = thousand * counted.messages * requestsOfMessage * prices.queueRequest;
  const gigabyteSeconds = (counted.billedMs / 1_000) * (counted.memoryMb / 1_024);
  const lambda = thousand * (counted.invocations * prices.invocation + gigabyteSeconds * prices.gigabyteSecond);
  const logs = thousand * (counted.logBytes / gigabyte) * prices.logGigabyte;
  return { secretsManager, queue, lambda, logs, total: secretsManager + queue + lambda + logs };
}

/** What the lines of a function's log group tell about its invocations. */
export interface LogCounts {
  readonly bytes: number;
  readonly invocations: number;
  readonly billedMs: number;
}

/** Reads Lambda's own lines among the others. */
export function countLog(messages: readonly string[]): LogCounts {
  const reports = messages.flatMap(
    (message) => /^REPORT RequestId: .*\tBilled Duration: ([\d.]+) ms/.exec(message)?.[1] ?? [],
  );
  return {
    bytes: messages.reduce((sum, message) => sum + Buffer.byteLength(message), 0),
    invocations: reports.length,
    billedMs: reports.reduce((sum, ms) => sum + Number(ms), 0),
  };
}

import { deepEqual, ok } from "node:assert/strict";

import { billOf, countLog } from "../../bench/cost";
import type { Counted } from "../../bench/cost";

const counted = (over: Partial<Counted> = {}): Counted => ({
  secrets: 1_000,
  secretsManagerCalls: 0,
  messages: 0,
  invocations: 0,
  billedMs: 0,
  memoryMb: 256,
  logBytes: 0,
  ...over,
});
const isNear = (value: number, wanted: number): boolean => Math.abs(value / wanted - 1) < 1e-9;

describe("the bill for 1,000 secrets", () => {
  it("is nothing for nothing", () => {
    deepEqual(billOf(counted()), { secretsManager: 0, queue: 0, lambda: 0, logs: 0, total: 0 });
  });

  it("has a price for each thing that was counted, and adds up", () => {
    const bill = billOf(
      counted({
        secretsManagerCalls: 7_000,
        messages: 1_000,
        invocations: 1_000,
        billedMs: 100_000,
        logBytes: 2 ** 20,
      }),
    );

    ok(isNear(bill.secretsManager, 0.035));
    ok(isNear(bill.queue, 0.0012));
    ok(isNear(bill.lambda, 0.0002 + 100 * 0.25 * 0.0000133334));
    ok(isNear(bill.logs, 0.5 / 1_024));
    ok(isNear(bill.total, bill.secretsManager + bill.queue + bill.lambda + bill.logs));
  });

  it("is for 1,000, however many were counted", () => {
    ok(isNear(billOf(counted({ secrets: 200, secretsManagerCalls: 1_400 })).total, 0.035));
  });
});

describe("what a log group tells", () => {
  it("are all bytes, and of Lambda's reports what was billed", () => {
    const report = (ms: string): string =>
      `REPORT RequestId: 1-2\tDuration: 12.3 ms\tBilled Duration: ${ms} ms\tMemory Size: 256 MB\tMax Memory Used: 90 MB`;
    const messages = ["START RequestId: 1-2", '{"outcome":"é"}', "END RequestId: 1-2", report("13"), report("200.5")];

    deepEqual(countLog(messages), {
      bytes: Buffer.byteLength(messages.join("")),
      invocations: 2,
      billedMs: 213.5,
    });
  });
});

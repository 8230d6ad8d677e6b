import { equal, match } from "node:assert/strict";

import * as debuggable from "@pulumi/pulumi/runtime/debuggable";

import { leaveOutPromiseTraces } from "./promiseTraces";

/** Not in Pulumi's types, since it is for its own use. */
const { debuggablePromise } = debuggable as unknown as {
  readonly debuggablePromise: <T>(promise: Promise<T>) => Promise<T>;
};

describe("stack traces", () => {
  before(leaveOutPromiseTraces);

  it("are not taken of Pulumi's promises", async () => {
    const promise = Promise.resolve(1) as Promise<number> & { readonly _debugStackTrace?: string };

    equal(await debuggablePromise(promise), 1);

    equal(promise._debugStackTrace, "");
  });

  it("of all other errors name the line of the TypeScript", () => {
    match(new Error("told").stack ?? "", /^Error: told\n +at .*promiseTraces\.test\.ts:24:/);
  });
});

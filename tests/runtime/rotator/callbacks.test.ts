/** Callbacks that do what they must not: an outcome with its reason, and nothing of what they said. */
import { deepEqual, equal, ok } from "node:assert/strict";

import { callBack } from "../../../runtime/rotator/callbacks";
import type { RotationCallbacks } from "../../../runtime/rotator/callbacks";
import { isKeptValue } from "../../../runtime/rotator/rotation";

const value = '{"value":"canary"}';
const calls = {
  create: { is: "create", current: value },
  set: { is: "set", current: value, previous: undefined, pending: value },
  test: { is: "test", of: "pending", value },
  retire: { is: "retire", ending: value, current: value },
} as const;
type Name = keyof typeof calls;

const good: RotationCallbacks = {
  create: ({ current }) => ({ ...current, value: "new" }),
  set: () => Promise.resolve("set"),
  test: () => Promise.resolve(true),
  retire: () => Promise.resolve(),
};
/** Callbacks of which one is another, as a program without types may have it. */
const withOther = (name: Name, other: (given: { readonly signal: AbortSignal }) => unknown): RotationCallbacks => ({
  ...good,
  [name]: other,
});
const call = (callbacks: RotationCallbacks, name: Name, limitMs = 5_000) => callBack(callbacks, calls[name], limitMs);
const failed = (reason: string) => ({ is: "stopped", outcome: { outcome: "failed", reason } });

describe("a callback", () => {
  it("is given values as objects, and its answer is what happened", async () => {
    deepEqual(await call(good, "create"), { is: "created", value: '{"value":"new"}' });
    deepEqual(await call(good, "set"), { is: "offered", answer: "set" });
    deepEqual(await call(good, "test"), { is: "tested", of: "pending", answer: "accepted" });
    deepEqual(await call(good, "retire"), { is: "retired" });
    const { retire: _none, ...three } = good;
    ok(_none);
    deepEqual(await call(three, "retire"), { is: "retired" });
  });

  for (const name of ["create", "set", "test", "retire"] as const) {
    it(`${name} that throws, at once or later, fails without its words`, async () => {
      const atOnce = withOther(name, () => {
        throw new Error("canary");
      });
      const later = withOther(name, () => Promise.reject(new Error("canary")));

      deepEqual(await call(atOnce, name), failed(`${name}-failed`));
      deepEqual(await call(later, name), failed(`${name}-failed`));
    });

    it(`${name} that never returns is left when the time is over, and told so`, async () => {
      let told = false;
      const never = withOther(name, ({ signal }) => {
        signal.addEventListener("abort", () => {
          told = true;
        });
        return new Promise(() => undefined);
      });

      deepEqual(await call(never, name, 20), failed("timed-out"));
      equal(told, true);
    });
  }

  it("set and test that return something else fail", async () => {
    for (const other of [undefined, true, "done", null]) {
      deepEqual(
        await call(
          withOther("set", () => Promise.resolve(other)),
          "set",
        ),
        failed("set-failed"),
      );
    }
    for (const other of [undefined, "true", 1, null]) {
      deepEqual(
        await call(
          withOther("test", () => Promise.resolve(other)),
          "test",
        ),
        failed("test-failed"),
      );
    }
  });

  it("create that returns nothing, no object or what Vault can't keep makes no value that is kept", async () => {
    const others = [undefined, null, "text", 7, [], {}, () => undefined, { value: "\ud800" }];
    for (const other of [...others, { value: "x".repeat(20_000) }]) {
      const event = await call(
        withOther("create", () => other),
        "create",
      );
      ok(event.is === "created");
      equal(isKeptValue(event.value), false, typeof other);
    }
    const circular: Record<string, unknown> = {};
    circular["own"] = circular;
    deepEqual(
      await call(
        withOther("create", () => circular),
        "create",
      ),
      failed("create-failed"),
    );
  });
});

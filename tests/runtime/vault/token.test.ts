import { equal, rejects } from "node:assert/strict";

import { cachedToken } from "../../../runtime/vault/token";
import type { Token } from "../../../runtime/vault/token";

function counting(life = 1_000) {
  const state = { now: 0, logins: 0, fails: false };
  const source = cachedToken(
    (): Promise<Token> => {
      state.logins += 1;
      if (state.fails) return Promise.reject(new Error("no"));
      return Promise.resolve({ value: `token ${state.logins.toString()}`, deadline: state.now + life });
    },
    () => state.now,
  );
  return { state, source };
}

describe("cachedToken", () => {
  it("logs in once for many that ask at the same time", async () => {
    const { state, source } = counting();
    const tokens = await Promise.all([source.get(), source.get(), source.get()]);
    equal(new Set(tokens).size, 1);
    equal(state.logins, 1);
  });

  it("keeps the token up to its deadline and logs in again at it", async () => {
    const { state, source } = counting();
    equal(await source.get(), "token 1");
    state.now = 999;
    equal(await source.get(), "token 1");
    state.now = 1_000;
    const both = await Promise.all([source.get(), source.get()]);
    equal(both.join(), "token 2,token 2");
  });

  it("drops only the token that was used", async () => {
    const { state, source } = counting();
    await source.get();
    source.drop("token 1");
    equal(await source.get(), "token 2");
    source.drop("token 1");
    equal(await source.get(), "token 2");
    equal(state.logins, 2);
  });

  it("does not disturb a login that is under way", async () => {
    const { state, source } = counting();
    await source.get();
    source.drop("token 1");
    const fresh = source.get();
    source.drop("token 1");
    equal(await fresh, "token 2");
    equal(await source.get(), "token 2");
    equal(state.logins, 2);
  });

  it("tells all that wait of a failed login, and tries again for the next", async () => {
    const { state, source } = counting();
    state.fails = true;
    const waiting = [source.get(), source.get()];
    for (const one of waiting) await rejects(one, /no/);
    equal(state.logins, 1);
    state.fails = false;
    equal(await source.get(), "token 2");
  });

  it("logs in for every use of a token that lives no time, and never loops", async () => {
    const { state, source } = counting(0);
    await source.get();
    await source.get();
    equal(state.logins, 2);
  });
});

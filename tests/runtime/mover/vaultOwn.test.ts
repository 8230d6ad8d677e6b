import { deepEqual, equal, ok } from "node:assert/strict";

import { absentHome } from "../../../runtime/model/home";
import { homePath } from "../../../runtime/model/path";
import type { SourceValue } from "../../../runtime/model/value";
import { decide } from "../../../runtime/mover/decide";
import type { MoverSettings } from "../../../runtime/shared/environment";
import { moverSettings, sourceOf, startTime } from "../../support/builders";
import { createSecret, isScheduled, putValue } from "../../support/fakeSource";
import type { FakeSecretState } from "../../support/fakeSource";
import { recorder, deliver, makeWorld } from "../../support/world";
import { v2 } from "../../support/moves";

const token = `hvs.${"aB3".repeat(9)}`;

async function lookAt(
  name: string,
  value: string | SourceValue,
  settings: Partial<MoverSettings> = {},
  over: Partial<FakeSecretState> = {},
) {
  const world = makeWorld();
  const secret = createSecret(world.source, name, value, over);
  const { names, hook } = recorder();
  const outcome = await deliver(world, secret.arn, { settings, hook });
  const made = names();
  return { world, secret, outcome, made };
}

const refusal = "refused: vault-own";
const ended = ({ outcome, reason }: { readonly outcome: string; readonly reason: string }): string =>
  `${outcome}: ${reason}`;

describe("what Vault starts from", () => {
  for (const mode of ["audit", "copy", "move"] as const) {
    it(`is refused by its name before anything is read, in mode ${mode}`, async () => {
      const { world, secret, outcome, made } = await lookAt("prod/vault-unseal-keys", "x", { mode });
      equal(ended(outcome), refusal);
      equal(outcome.looksLike, "unseal or recovery keys");
      deepEqual(made, ["source.describe", "home.metadata"]);
      equal(isScheduled(secret), false);
      deepEqual(world.home.entries, {});
    });
  }

  for (const [what, over] of [
    ["its description", { description: "root token of Vault" }],
    ["a tag", { tags: { purpose: "vault root token" } }],
  ] as const) {
    it(`is refused by ${what}`, async () => {
      const { outcome } = await lookAt("prod/x", "x", {}, over);
      equal(ended(outcome), refusal);
      equal(outcome.looksLike, "a root token");
    });
  }

  for (const [what, value, settings] of [
    ["a text", token, {}],
    ["an object", JSON.stringify({ role_id: "a", secret_id: "b" }), {}],
    ["bytes", { type: "binary", bytes: Uint8Array.from(Buffer.from(token)) }, {}],
    ["a text, in mode copy", token, { mode: "copy" }],
  ] as const satisfies readonly (readonly [string, string | SourceValue, Partial<MoverSettings>])[]) {
    it(`is refused by its value before anything gets to Vault: ${what}`, async () => {
      const { world, secret, outcome, made } = await lookAt("prod/x", value, settings);
      equal(ended(outcome), refusal);
      ok(outcome.looksLike);
      ok(made.includes("source.read"));
      ok(made.every((call) => !["home.write", "home.label", "source.tag", "source.schedule"].includes(call)));
      equal(isScheduled(secret), false);
      deepEqual(world.home.entries, {});
      ok(!JSON.stringify(outcome).includes(token), "the outcome holds the value");
    });
  }

  it("is refused by a value that needs a name of Vault's beside it", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMHcC\n-----END PRIVATE KEY-----\n";
    equal(ended((await lookAt("prod/listener", key)).outcome), "moved: proven");
    const { outcome } = await lookAt("prod/listener", key, {}, { description: "of OpenBao" });
    equal(ended(outcome), refusal);
  });

  it("is not deleted by a later value either, when an earlier one is at home", async () => {
    const world = makeWorld();
    const secret = createSecret(world.source, "prod/x", "x");
    equal(ended(await deliver(world, secret.arn, { settings: { mode: "copy" } })), "copied: proven");
    ok(putValue(secret, token, v2));
    equal(ended(await deliver(world, secret.arn)), refusal);
    equal(isScheduled(secret), false);
    ok(!JSON.stringify(world.home).includes(token), "the home holds the value");
  });

  it("moves when a person confirmed its name", async () => {
    const settings = { confirmedNames: ["other", "legacy-vault/*"] };
    for (const name of ["legacy-vault/unseal-keys", "legacy-vault/x"]) {
      const { world, secret, outcome } = await lookAt(name, token, settings);
      equal(ended(outcome), "moved: proven");
      equal(outcome.looksLike, undefined);
      equal(isScheduled(secret), true);
      ok(world.home.entries[homePath(moverSettings(), name)] !== undefined);
    }
    equal(ended((await lookAt("vault/unseal-keys", "x", settings)).outcome), refusal);
  });

  it("is skipped rather than refused when it is exempt", async () => {
    const exempt = await lookAt("vault/unseal-keys", "x", { exemptNames: ["vault/*"] });
    equal(ended(exempt.outcome), "skipped: exempt");
    const both = { exemptNames: ["vault/*"], confirmedNames: ["vault/*"] };
    equal(ended((await lookAt("vault/unseal-keys", token, both)).outcome), "skipped: exempt");
    const tagged = await lookAt("vault/unseal-keys", "x", {}, { tags: { "vault-mover-mode": "exempt" } });
    equal(ended(tagged.outcome), "skipped: exempt");
  });

  it("is decided without its home, so that the plan shows it", () => {
    const source = sourceOf({ name: "vault/root-token" });
    deepEqual(decide(source, absentHome, moverSettings(), { now: startTime }), {
      act: "stop",
      outcome: "refused",
      reason: "vault-own",
    });
  });
});

import { deepEqual, equal } from "node:assert/strict";

import { entityId } from "../../support/builders";
import { change, isScheduled, replicaIn, stateIn, stateOf } from "../../support/fakeSource";
import { arn, ends, withSecret } from "../../support/moves";
import { atCall, deliver } from "../../support/world";

describe("a delete that is known to have failed", () => {
  // A tag's time is in whole seconds, and a run's clock is not.
  for (const [what, replicas] of [
    ["a secret", []],
    ["a secret with a replica", [replicaIn("us-east-1", { keyId: "11111111-2222-4333-8444-555555555555" })]],
  ] as const) {
    it(`is tagged as taken back, and the secret moves once it is allowed: ${what}`, async () => {
      const { world, secret } = withSecret({ replicas });
      world.time += 123;
      const settings = { replicas: "remove", replicaRegions: ["us-east-1"] } as const;

      ends(await deliver(world, arn, { settings, source: { owners: [] } }), "refused", "access-denied");
      equal(stateIn(secret), "b");
      equal(world.home.entries["aws/111122223333/eu-west-1/app/db"]?.labels["deleting"], undefined);

      world.time += 1_000;
      ends(await deliver(world, arn, { settings, source: { owners: [entityId] } }), "moved", "proven");
      equal(isScheduled(secret), true);
    });
  }

  it("leaves a tag that somebody changed meanwhile, since it may tell of an undo", async () => {
    const { world, secret } = withSecret();
    const undone = (): void => {
      const { tags } = stateOf(secret);
      change(secret, { tags: { ...tags, "vault-mover": (tags["vault-mover"] ?? "").replace("/d/", "/u/") } });
    };
    const denied = { owners: [] };

    await deliver(world, arn, { source: denied, hook: atCall("source.schedule", "before", undone) });

    equal(stateIn(secret), "u");
    deepEqual(isScheduled(secret), false);
  });
});

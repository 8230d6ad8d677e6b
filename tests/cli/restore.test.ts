import * as assert from "node:assert/strict";

import { restoreInput } from "../../cli/restore";
import { requireNamed, targetOf } from "../../cli/target";
import type { SourceValue } from "../../runtime/model/value";
import { arnOf, moverSettings } from "../support/builders";
import { softDelete, writeByPerson } from "../support/fakeHome";
import { createSecret } from "../support/fakeSource";
import { atCall, deliver, makeWorld, pathOf } from "../support/world";
import type { DeliverOptions, World } from "../support/world";
import { sidesOf } from "./support/sides";

const settings = moverSettings();
const name = "app/db";

async function onlyInVault(value: string | SourceValue, tags: Readonly<Record<string, string>> = {}): Promise<World> {
  const world = makeWorld();
  createSecret(world.source, name, value, { tags });
  assert.equal((await deliver(world, name)).outcome, "moved");
  world.source.secrets = [];
  return world;
}

const input = (world: World, hook?: DeliverOptions["hook"]) =>
  restoreInput(targetOf(name, settings), settings, sidesOf(world, hook));

describe("restore", () => {
  it("gives back text and bytes as they were, and of an object the same keys, values and digits", async () => {
    const bytes = Uint8Array.from([0, 1, 254, 255]);
    for (const text of ["plain", "12.50", '{"a":1.0}', '{"value":"x"}', " {} ", '"quoted"']) {
      assert.equal((await input(await onlyInVault(text))).SecretString, text);
    }
    assert.deepEqual((await input(await onlyInVault({ type: "binary", bytes }))).SecretBinary, bytes);
    assert.equal(
      (await input(await onlyInVault('{ "b": [1, 0.1], "a": "<&>" }'))).SecretString,
      '{"a":"<&>","b":[1,0.1]}',
    );
  });

  it("exempts it in the same call, and names its tags apart: a label can be anybody's", async () => {
    const { Tags, Name, labelled } = await input(
      await onlyInVault("x", { team: "payments", "vault-mover-mode": "move" }),
    );

    assert.equal(Name, name);
    assert.deepEqual(Tags, [{ Key: "vault-mover-mode", Value: "exempt" }]);
    assert.deepEqual(labelled, [{ Key: "team", Value: "payments" }]);

    const forged = await onlyInVault("x");
    await sidesOf(forged).home.label(pathOf(name), {
      "tag.vault-mover": "again",
      "tag.aws:owner": "x",
      "tag.our-aws:team": "z",
      "tag.team": "y",
    });
    const own = (await input(forged)).labelled.toSorted((a, b) => (String(a.Key) < String(b.Key) ? -1 : 1));
    // AWS keeps to itself what begins with its name, and nothing else.
    assert.deepEqual(own, [
      { Key: "our-aws:team", Value: "z" },
      { Key: "team", Value: "y" },
    ]);
  });

  it("refuses without the mover's label on the current version", async () => {
    const world = await onlyInVault("x");
    writeByPerson(world.home, pathOf(name), '{"value":"y"}', world.time);
    await assert.rejects(
      input(world),
      /^Error: Version 2 of homing\/aws\/.*\/app\/db is not the mover's, .* not restored by guess/,
    );
    await sidesOf(world).home.label(pathOf(name), { v2: "1;AbCdEf;text;00000000-0000-4000-8000-000000000009" });
    // A label alone proves nothing where the server records the author.
    await assert.rejects(input(world), /is not the mover's/);
  });

  it("refuses the mover's own version without its label, and with one that tells of another kind", async () => {
    const world = await onlyInVault("x");
    const { labels } = world.home.entries[pathOf(name)] ?? assert.fail("no home");
    labels["v1"] = (labels["v1"] ?? "").replace("text", "binary");
    await assert.rejects(input(world), /does not hold what its label says \(binary\): it is not restored by guess/);
    Reflect.deleteProperty(labels, "v1");
    await assert.rejects(input(world), /Version 1 of .* is not the mover's/);
  });

  it("gives back no version but the one whose label it has read", async () => {
    const changes: readonly ((world: World) => void)[] = [
      (world) => {
        softDelete(world.home, pathOf(name), world.time - 1);
      },
      (world) => writeByPerson(world.home, pathOf(name), '{"value":"newer"}', world.time),
    ];
    for (const alter of changes) {
      const world = await onlyInVault("x");
      const hook = atCall("home.read", "before", () => {
        alter(world);
      });
      await assert.rejects(input(world, hook), /changed while it was being read: run the same command again/);
    }
  });

  it("refuses an ARN of another secret than the home's", async () => {
    const world = await onlyInVault("x");
    const byArn = (arn: string) => restoreInput(targetOf(arn, settings), settings, sidesOf(world));
    assert.equal((await byArn(arnOf(name))).Name, name);
    await assert.rejects(byArn(arnOf(name, "config")), /whose ARN ended in -AbCdEf, not -config/);
  });

  it("refuses a home that is not there or deleted", async () => {
    const world = await onlyInVault("x");
    softDelete(world.home, pathOf(name), world.time - 1);
    await assert.rejects(input(world), /was deleted in Vault: undelete it there/);
    await assert.rejects(input(makeWorld()), /There is no home homing\/aws/);
  });
});

describe("a secret that a person names", () => {
  it("is known by its name, its ARN and its home", () => {
    const path = pathOf("a//b");
    const expected = { name: "a//b", path };
    for (const text of ["a//b", arnOf("a//b"), `homing/${path}`]) {
      const { id, suffix, ...target } = targetOf(text, settings);
      assert.deepEqual(target, expected, text);
      assert.equal(suffix, text.startsWith("arn:") ? "AbCdEf" : undefined);
      assert.equal(id, text.startsWith("arn:") ? text : "a//b");
    }
  });

  it("is not another one that AWS finds by a part of its ARN", () => {
    const target = targetOf("arn:aws:secretsmanager:eu-west-1:111122223333:secret:app-config", settings);
    const found = { arn: arnOf("app-config"), name: "app-config" };
    assert.throws(() => {
      requireNamed(target, found);
    }, /is not the whole ARN of app-config, which AWS finds by it/);
    requireNamed(targetOf("app-config", settings), found);
    requireNamed(targetOf(arnOf("app-config"), settings), found);
  });

  it("is refused with what would be right", () => {
    const inPrefix = { ...settings, namePrefix: "prod/" };
    assert.throws(
      () => targetOf("with space", settings),
      /"with space" names no secret: give its name, its ARN, or its home as homing\/aws\/111122223333\/eu-west-1\/<name>\./,
    );
    assert.throws(
      () => targetOf("arn:aws:secretsmanager:us-east-1:111122223333:secret:a-AbCdEf", settings),
      /region eu-west-1/,
    );
    assert.throws(() => targetOf("dev/a", inPrefix), /outside the deployment's namePrefix prod\//);
  });
});

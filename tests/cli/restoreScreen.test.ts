import { deepEqual, equal, match, rejects } from "node:assert/strict";

import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import type { CreateSecretCommandInput } from "@aws-sdk/client-secrets-manager";

import { restoreCommand } from "../../cli/commands/restore";
import type { RestoreCommandOptions } from "../../cli/commands/restore";
import type { Session } from "../../cli/session";
import { arnOf } from "../support/builders";
import { change, createSecret } from "../support/fakeSource";
import { deliver, makeWorld, pathOf } from "../support/world";
import { sessionOn } from "./support/session";
import { secretOf, sidesOf } from "./support/sides";

const name = "app/db";

/** Restores a secret that only Vault has, after somebody put a tag of theirs among the labels of its home. */
async function restore(options: RestoreCommandOptions) {
  const world = makeWorld();
  createSecret(world.source, name, "value", { tags: { team: "payments" } });
  equal((await deliver(world, name)).outcome, "moved");
  world.source.secrets = [];
  await sidesOf(world).home.label(pathOf(name), { "tag.access": "everybody" });

  const created: CreateSecretCommandInput[] = [];
  const secrets = {
    send: (command: { readonly input: CreateSecretCommandInput }) => {
      if (command instanceof CreateSecretCommand) created.push(command.input);
      return Promise.resolve({ ARN: arnOf(name, "ZyXwVu"), SecretString: created[0]?.SecretString });
    },
  };
  const { session, err } = sessionOn(world, { json: true });
  const run = restoreCommand({ ...session, secrets: secrets as unknown as Session["secrets"] }, options, name);
  return { run, created, err };
}

const tagsOf = ([input]: readonly CreateSecretCommandInput[]): unknown =>
  input?.Tags?.map(({ Key, Value }) => `${Key ?? ""}=${Value ?? ""}`);

describe("what homing restore says", () => {
  it("first is what it would create, and without --yes and anybody to ask it creates nothing", async () => {
    const { run, created, err } = await restore({ kmsKey: "alias/own" });

    await rejects(run, /^Error: Nobody is here to be asked: say --yes if this is meant\.$/);

    match(
      err(),
      /^Creates app\/db in Secrets Manager from version 1 of its home:\n {4}homing\/aws\/\S+\n {2}Encrypted with the key alias\/own, tagged vault-mover-mode=exempt\.\n/,
    );
    deepEqual(created, []);
  });

  it("of tags that labels name is which, and that anybody may have written them: they are not set", async () => {
    const { run, created, err } = await restore({ yes: true });

    equal(await run, 0);

    match(
      err(),
      /which whoever may patch metadata can write, are not set \(--with-tags sets them\): team=payments, access=everybody\n/,
    );
    deepEqual(tagsOf(created), ["vault-mover-mode=exempt"]);
  });

  it("of them is that they are set where the person wants them", async () => {
    const { run, created, err } = await restore({ yes: true, withTags: true });

    equal(await run, 0);

    match(err(), /are set: team=payments, access=everybody\n/);
    deepEqual(tagsOf(created), ["vault-mover-mode=exempt", "team=payments", "access=everybody"]);
  });

  it("of one in its window is what brings it back, which is homing undo only for the mover's own deletions", async () => {
    const world = makeWorld();
    for (const one of ["moved", "deleted"]) createSecret(world.source, one, "value");
    equal((await deliver(world, "moved")).outcome, "moved");
    change(secretOf(world, "deleted"), { window: 30 });

    await rejects(restoreCommand(sessionOn(world).session, {}, "moved"), /window: homing undo brings it back/);
    await rejects(
      restoreCommand(sessionOn(world).session, {}, "deleted"),
      /window: aws secretsmanager restore-secret brings it back/,
    );
  });
});

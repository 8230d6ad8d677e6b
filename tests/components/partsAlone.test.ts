import { deepEqual, equal, ok } from "node:assert/strict";
import { moverNames } from "../../components/aws/names";
import { Homing } from "../../components/homing";
import { MoverAlarms } from "../../components/mover/moverAlarms";
import { SecretMover } from "../../components/mover/secretMover";
import { SecretSweeper } from "../../components/sweeper/secretSweeper";
import { VaultAccess } from "../../components/vault/vaultAccess";
import { account, awsAnswers, record, region, settle } from "../support/mocks";
import type { Registered } from "../support/mocks";

const vaultAddress = "https://vault.example.com:8200";
const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };

async function madeBy(program: () => void): Promise<readonly Registered[]> {
  const { resources } = await record(awsAnswers);
  await settle(program);
  return resources;
}

/** What a program asks of AWS and Vault, but for the components around it and the text of a function's archive. */
const requests = (resources: readonly Registered[]) =>
  (JSON.parse(JSON.stringify(resources)) as readonly Registered[])
    .filter(({ type }) => /^(aws|vault):/.test(type))
    .map(({ type, name, inputs, protect, retainOnDelete }) => ({ type, name, inputs, protect, retainOnDelete }))
    .sort((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`));

describe("the parts of Homing, each used alone", () => {
  it("are by default what Homing makes of Vault's address", async () => {
    const whole = await madeBy(() => new Homing("homing", { vaultAddress }));
    const parts = await madeBy(() => {
      const { moverEntityId } = new VaultAccess("homing-home", {
        place,
        login: { method: "aws", serverId: "vault.example.com" },
      });
      const { queueUrl } = new SecretMover("homing-mover", { place, mover: { vaultAddress }, moverEntityId });
      new SecretSweeper("homing-sweeper", { place, moverEntityId, target: { queueUrl } });
      new MoverAlarms("homing-alarms", { place });
    });

    ok(requests(whole).length > 40);
    deepEqual(requests(parts), requests(whole));
  });

  it("take jwt with little more", async () => {
    const args = { vaultAddress, login: "jwt" } as const;
    const whole = await madeBy(() => new Homing("homing", args));
    const parts = await madeBy(() => {
      const { moverEntityId } = new VaultAccess("homing-home", {
        place,
        login: { method: "jwt", audience: vaultAddress },
      });
      new SecretMover("homing-mover", { place, mover: args, moverEntityId });
    });
    const names = new Set(parts.map(({ name }) => name));

    ok(requests(parts).length > 20);
    deepEqual(requests(parts), requests(whole.filter(({ name }) => names.has(name))));
  });

  it("take undefined for what is not given", async () => {
    const given = { place, mover: { vaultAddress, mode: undefined }, moverEntityId: "entity", batchSize: undefined };
    // As in a program whose compiler does not tell them apart.
    const undefinedMembers = given as unknown as ConstructorParameters<typeof SecretMover>[1];
    const without = await madeBy(
      () => new SecretMover("m", { place, mover: { vaultAddress }, moverEntityId: "entity" }),
    );

    deepEqual(requests(await madeBy(() => new SecretMover("m", undefinedMembers))), requests(without));
  });

  it("follow a name and an option that are given", async () => {
    const names = moverNames("other", place);
    const resources = await madeBy(
      () =>
        new SecretMover("m", {
          place,
          names,
          mover: { vaultAddress, mode: "move" },
          moverEntityId: "entity",
          batchSize: 2,
        }),
    );
    const one = (type: string) => resources.find((resource) => resource.type === type)?.inputs;
    const { environment, name } = one("aws:lambda/function:Function") ?? {};
    const { variables } = environment as { readonly variables: Readonly<Record<string, string>> };

    deepEqual(
      [name, variables.HOMING_MODE, variables.HOMING_LOGIN_ROLE],
      [names.function, "move", names.vaultIdentity],
    );
    equal(one("aws:lambda/eventSourceMapping:EventSourceMapping")?.batchSize, 2);
  });
});

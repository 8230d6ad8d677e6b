import * as assert from "node:assert/strict";

import { GetFunctionConfigurationCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { ReplicateSecretToRegionsCommand } from "@aws-sdk/client-secrets-manager";

import { moversOf } from "../../../local/system";
import type { System } from "../../../local/system";
import { readEnvironment } from "../../../runtime/shared/environment";
import type { MoverSettings } from "../../../runtime/shared/environment";
import type { SweepReport } from "../../../runtime/sweeper/sweep";
import { login } from "../../../runtime/vault/login";
import { makeTransport } from "../../../runtime/vault/transport";
import type { Bench } from "../support/bench";
import { clientsOf } from "../support/clients";
import type { Clients } from "../support/clients";
import { moverLog } from "../support/moverLog";
import type { MoverLog } from "../support/moverLog";
import { sessionOfFunction } from "../support/probe";
import { sourcesOf } from "../support/sources";
import type { Sources } from "../support/sources";

const further = "eu-central-1";

/** One region as its people see it. */
interface Region {
  readonly region: string;
  readonly clients: Clients;
  readonly sources: Sources;
  readonly log: MoverLog;
  readonly home: (name: string) => string;
}

/** Updates the stack to two regions, and back to one. */
export function describeRegions(bench: () => Bench): void {
  describe("two regions of one stack", () => {
    let first: Region;
    let second: Region;
    const opened: Clients[] = [];

    function regionOf(system: System, region: string): Region {
      const mover = moversOf(system)[region];
      assert.ok(mover, `the output movers has ${region}`);
      const clients = clientsOf({ ...system, region });
      opened.push(clients);
      return {
        region,
        clients,
        sources: sourcesOf(clients, mover.queueUrl),
        log: moverLog(clients.logs, mover.logGroupName),
        home: (name) => `${system.homePrefix}/${system.account}/${region}/${name}`,
      };
    }

    before(async () => {
      const { cloud, system } = bench();
      const { region } = system();
      // A region more takes nothing away from the one that is there: all that it has stays as it is.
      const { changes } = await cloud.up({ regions: JSON.stringify([region, further]) });
      assert.deepEqual(Object.keys(changes).sort(), ["create", "same"]);
      assert.equal(changes["same"], cloud.firstUp.changes["create"]);
      first = regionOf(system(), region);
      second = regionOf(system(), further);
    });
    after(() => {
      for (const clients of opened) clients.destroy();
    });

    it("moves a secret of each region to its own home, also under the same name", async () => {
      const { homes, canary } = bench();
      const made = await Promise.all(
        [first, second].map((one) => one.sources.create("regions/same", `${canary} ${one.region}`)),
      );

      for (const [index, { region, log, sources, home }] of [first, second].entries()) {
        const { arn = "" } = made[index] ?? {};
        const outcome = await log.outcome(arn, { outcome: "moved" });
        assert.equal(outcome.home, `${bench().system().mount}/${home("regions/same")}`);
        assert.deepEqual((await homes.read(home("regions/same")))?.data, { value: `${canary} ${region}` });
        assert.equal(await sources.isScheduled(arn), true);
      }
      const [one, other] = made.map(({ arn }) => arn);
      assert.deepEqual(await first.log.outcomesOf(other ?? ""), []);
      assert.deepEqual(await second.log.outcomesOf(one ?? ""), []);
    });

    it("leaves a replica to the mover of its primary's region", async () => {
      const { homes, canary } = bench();
      const { arn } = await first.sources.createHeld("regions/replicated", canary);
      const replicate = { SecretId: arn, AddReplicaRegions: [{ Region: second.region }] };
      await first.clients.secrets.send(new ReplicateSecretToRegionsCommand(replicate));
      const replica = arn.replace(`:${first.region}:`, `:${second.region}:`);

      await first.sources.release(arn);
      await second.sources.nudge(replica);

      await first.log.outcome(arn, { outcome: "skipped", reason: "replicated" });
      await second.log.outcome(replica, { outcome: "skipped", reason: "replica" });
      for (const { home } of [first, second]) assert.equal(await homes.read(home("regions/replicated")), undefined);
      assert.equal(await second.sources.text(replica), canary);
    });

    it("lets each function log in with its own Vault role only", async () => {
      const settingsIn = async ({ clients }: Region, FunctionName: string): Promise<MoverSettings> => {
        const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
        return readEnvironment(Environment?.Variables ?? {});
      };
      const movers = moversOf(bench().system());
      for (const [own, other] of [
        [first, second],
        [second, first],
      ] as const) {
        const { functionName = "", functionRoleArn = "", moverEntityId } = movers[own.region] ?? {};
        const settings = await settingsIn(own, functionName);
        const theirs = await settingsIn(other, movers[other.region]?.functionName ?? "");
        const session = await sessionOfFunction(own.clients, "probe", functionRoleArn);
        const { sts, destroy } = clientsOf({ ...bench().system(), region: own.region }, session);
        const loginWith = (asked: MoverSettings) =>
          login(asked, { sts, transport: makeTransport(settings.vaultAddress, ""), now: () => Date.now() });

        await loginWith(settings);
        const { loginRole } = theirs;
        await assert.rejects(loginWith({ ...settings, loginRole }), { code: "vault-login-failed" });

        assert.deepEqual([settings.entityId, settings.region], [moverEntityId, own.region]);
        destroy();
      }
    });

    it("have nothing to change in another order", async () => {
      const again = await bench().cloud.preview({ regions: JSON.stringify([further, first.region]) });

      assert.deepEqual(Object.keys(again), ["same"]);
    });

    it("leave a sweeper where one of them goes, which counts the deletions that it left behind", async () => {
      const { cloud, system } = bench();
      const { sweeperFunctionName: FunctionName } = moversOf(system())[further] ?? {};

      await cloud.up({ regions: "[]", formerRegions: JSON.stringify([further]) });

      assert.deepEqual(Object.keys(moversOf(system())), [first.region]);
      const Payload = Buffer.from(JSON.stringify({ sweep: "all" }));
      const { FunctionError, Payload: answer = [] } = await second.clients.lambda.send(
        new InvokeCommand({ FunctionName, Payload }),
      );
      assert.equal(FunctionError, undefined);
      const { sent, unwatched } = JSON.parse(Buffer.from(answer).toString("utf8")) as SweepReport;
      assert.deepEqual([sent, unwatched], [0, { secrets: 1, ending: 0 }]);
    });

    it("lets the other alone once it is no longer named, with all homes as they were", async () => {
      const { cloud, system, vault, homes } = bench();
      const { region } = first;

      const { changes } = await cloud.up({ regions: "[]", formerRegions: "[]" });

      assert.deepEqual(Object.keys(changes).sort(), ["delete", "same"]);
      assert.deepEqual(Object.keys(moversOf(system())), [region]);
      assert.notEqual(await homes.read(second.home("regions/same")), undefined, "the homes stay");
      assert.notEqual(await vault.read(`identity/entity/id/${system().outputs["moverEntityId"] ?? ""}`), undefined);
      const { arn } = await first.sources.create("regions/alone", bench().canary);
      await first.log.outcome(arn, { outcome: "moved" });
    });
  });
}

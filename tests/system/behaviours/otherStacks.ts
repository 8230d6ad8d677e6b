import * as assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { PulumiFn } from "@pulumi/pulumi/automation";

import type { LocalCloud } from "../../../local/cloud";
import { emulatorAccount } from "../../../local/emulator";
import { startProxy } from "../../../local/proxy/proxy";
import type { Proxy } from "../../../local/proxy/proxy";
import type { LocalStack } from "../../../local/stack";
import { stackFile } from "../../support/stackFile";
import type { Bench } from "../support/bench";
import { clientsOf } from "../support/clients";
import { moverLog } from "../support/moverLog";
import { sourcesOf } from "../support/sources";

const checkout = join(__dirname, "..", "..", "..");
const secondAccount = "111122223333";

/** Stacks of other environments, of another account and of another program, in the engine's same state. */
export function describeOtherStacks(bench: () => Bench): void {
  describe("other stacks beside one", () => {
    type Beside = Parameters<LocalCloud["openBeside"]>[0];
    const open = (options: Beside): Promise<LocalStack> => bench().cloud.openBeside(options);

    describe("the stack files", () => {
      for (const environment of ["dev", "staging", "prod"]) {
        it(`of ${environment} are a plan of the real engine`, async () => {
          const { cloud, system } = bench();
          const stack = await open({ name: `local-${environment}` });
          const regions = environment === "prod" ? 2 : 1;

          const changes = await stack.preview({
            ...stackFile(environment),
            "homing:vaultAddress": system().vaultAddress,
          });

          assert.deepEqual(Object.keys(changes), ["create"]);
          const { create = 0 } = changes;
          const { create: one = 0 } = cloud.firstUp.changes;
          if (regions === 1) assert.equal(create, one);
          else assert.ok(create > 1.7 * one && create < 2 * one, `${create} of ${one}`);
        });
      }

      it("are refused as a whole, with all reasons, before anything is planned", async () => {
        const stack = await open({ name: "local-faulty" });
        const config = { ...stackFile("prod"), "aws:region": "us-east-1", "homing:mode": "force" };

        await assert.rejects(stack.preview(config), (error: Error) => {
          assert.match(error.message, /homing:mode must be one of audit, copy, move/);
          assert.match(error.message, /homing:regions must have the stack's own region, us-east-1 \(aws:region\)/);
          return true;
        });
      });
    });

    describe("a stack of another account on the same Vault", () => {
      const credentials = { accessKeyId: secondAccount, secretAccessKey: "test" };
      const environment = { AWS_ACCESS_KEY_ID: secondAccount };
      let proxy: Proxy;
      let stack: LocalStack;
      before(async () => {
        const { system } = bench();
        stack = await open({ name: "local-account", environment });
        proxy = await startProxy({
          emulator: system().awsEndpoint,
          account: secondAccount,
          region: emulatorAccount.region,
        });
      });
      after(() => proxy.stop());

      it("adopts mount and login method, and moves its secrets to homes of its own", async () => {
        const { system, homes, canary, sources, log, home, vault } = bench();
        const { vaultAddress, region } = system();
        const { changes, outputs } = await stack.up({
          "aws:region": region,
          "homing:vaultAddress": vaultAddress,
          "homing:mode": "move",
          "homing:protect": "false",
          "homing:deletesPerSecond": "25",
          "homing:adoptMount": "true",
          "homing:adoptLogin": "true",
          "homing:loginRole": "homing-mover-b",
        });
        assert.deepEqual(Object.keys(changes), ["create"]);
        assert.equal(outputs["account"], secondAccount);
        assert.notEqual(outputs["moverEntityId"], system().outputs["moverEntityId"]);

        // The proxy serves one account, and every function is told of the first one's.
        const theirs = clientsOf({ ...system(), cloudTrailEndpoint: proxy.endpoint }, credentials);
        const FunctionName = outputs["functionName"] ?? "";
        const { Environment } = await theirs.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
        const Variables = {
          ...Environment?.Variables,
          AWS_ENDPOINT_URL_SECRETS_MANAGER: proxy.endpoint,
          AWS_ENDPOINT_URL_STS: proxy.endpoint,
        };
        await theirs.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));

        const theirSources = sourcesOf(theirs.secrets, theirs.sqs, outputs["queueUrl"] ?? "");
        const theirLog = moverLog(theirs.logs, outputs["logGroupName"] ?? "");
        const [ours, other] = await Promise.all([
          sources.create("accounts/same", `${canary} ours`),
          theirSources.create("accounts/same", `${canary} theirs`),
        ]);
        await log.outcome(ours.arn, { outcome: "moved" });
        await theirLog.outcome(other.arn, { outcome: "moved" });

        assert.deepEqual((await homes.read(home("accounts/same")))?.data, { value: `${canary} ours` });
        const theirHome = home("accounts/same").replace(system().account, secondAccount);
        assert.deepEqual((await homes.read(theirHome))?.data, { value: `${canary} theirs` });
        assert.equal(await theirSources.isScheduled(other.arn), true);
        assert.deepEqual(await log.outcomesOf(other.arn), []);

        await stack.destroy();
        theirs.destroy();
        assert.notEqual(await vault.read(`sys/mounts/${system().mount}`), undefined, "the mount is the first one's");
        assert.notEqual(await homes.read(theirHome), undefined);
      });
    });

    it("is a part of another program, which uses what it tells", async () => {
      const { cloud, system } = bench();
      // The program's folder as a user has it: the packages, and homing as one of them.
      const directory = join(cloud.directory, "embed");
      const example = join(checkout, "examples", "embed");
      mkdirSync(join(directory, "node_modules"), { recursive: true });
      for (const file of ["index.ts", "Pulumi.yaml", "package.json"])
        copyFileSync(join(example, file), join(directory, file));
      const packages = readdirSync(join(checkout, "node_modules"));
      for (const name of packages)
        symlinkSync(join(checkout, "node_modules", name), join(directory, "node_modules", name));
      symlinkSync(checkout, join(directory, "node_modules", "homing"));
      const program = (await import(join(directory, "index.ts"))) as PulumiFn;
      const stack = await open({
        name: "local-embed",
        project: { name: "homing-embed", directory },
        program,
      });

      const changes = await stack.preview({
        "aws:region": system().region,
        "homing:vaultAddress": system().vaultAddress,
      });

      assert.deepEqual(changes, { create: (cloud.firstUp.changes["create"] ?? 0) + 1 });
    });
  });
}

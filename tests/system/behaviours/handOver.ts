import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { InvokeCommand } from "@aws-sdk/client-lambda";
import { GetSecretValueCommand, RotateSecretCommand } from "@aws-sdk/client-secrets-manager";

import type { LocalStack, UpResult } from "../../../local/stack";
import type { RotatorAnswer } from "../../../runtime/rotator/handler";
import { membersOf } from "../../../runtime/shared/members";
import { startApi } from "../../support/apiOfTwoKeys";
import type { ApiOfTwoKeys } from "../../support/apiOfTwoKeys";
import { copiedExample } from "../../support/exampleFolder";
import type { ExampleFolder } from "../../support/exampleFolder";
import type { Bench } from "../support/bench";
import { startReaders } from "./rotation";

const secretName = "payments/api-key";

/** A secret that rotates in Secrets Manager, taken over by the example of a rotation while programs use it. */
export function describeHandOver(bench: () => Bench): void {
  describe("a secret that rotates in Secrets Manager", () => {
    let api: ApiOfTwoKeys;
    let example: ExampleFolder;
    let stack: LocalStack;
    let deployed: UpResult;
    let arn: string;

    async function look(event: object = {}): Promise<string> {
      const { Payload, FunctionError } = await bench().clients.lambda.send(
        new InvokeCommand({ FunctionName: deployed.outputs["functionName"], Payload: JSON.stringify(event) }),
      );
      const text = Buffer.from(Payload ?? []).toString("utf8");
      assert.equal(FunctionError, undefined, text);
      const answer = JSON.parse(text) as RotatorAnswer;
      return `${answer.outcome}: ${"reason" in answer ? answer.reason : answer.code}`;
    }

    /** Looks every second until an attempt ends so. @returns how those before ended */
    async function until(wanted: string, event: object = {}): Promise<ReadonlySet<string>> {
      const seen = new Set<string>();
      for (let tries = 0; tries < 30; tries += 1) {
        const answer = await look(event);
        if (answer === wanted) return seen;
        seen.add(answer);
        await sleep(1_000);
      }
      throw new Error(`no attempt came to ${wanted}: ${[...seen].join(", ")}`);
    }

    async function keyInVault(): Promise<string> {
      const { home, homes } = bench();
      return String(membersOf((await homes.read(home(secretName)))?.data)["value"]);
    }

    /** As a program reads that was told of both places: in Secrets Manager, and in Vault once it is no longer there. */
    async function key(): Promise<string> {
      try {
        const { SecretString = "" } = await bench().clients.secrets.send(new GetSecretValueCommand({ SecretId: arn }));
        return SecretString;
      } catch (error) {
        if (error instanceof Error && error.name === "InvalidRequestException") return keyInVault();
        throw error;
      }
    }

    before(async function () {
      this.timeout(300_000);
      const { canary, clients, cloud, log, sources } = bench();
      api = await startApi(`${canary}-${randomBytes(6).toString("hex")}`);
      const [first = ""] = api.keys();
      ({ arn } = await sources.createHeld(secretName, first));
      await clients.secrets.send(
        new RotateSecretCommand({
          SecretId: arn,
          RotationLambdaARN: "arn:aws:lambda:us-east-1:000000000000:function:rotate",
          RotationRules: { AutomaticallyAfterDays: 30 },
          RotateImmediately: false,
        }),
      );
      await sources.release(arn);
      await log.outcome(arn, { outcome: "skipped", reason: "rotator-absent" });
      example = copiedExample("rotation");
      stack = await cloud.openBeside({ name: "local-hand-over", program: example.folder });
      deployed = await stack.up({
        "homing-rotation:moverStack": `organization/homing/${bench().system().stack}`,
        "homing-rotation:overlapSeconds": "6",
        "homing-rotation:apiAddress": api.address,
      });
    });

    after(async () => {
      example.remove();
      await api.stop();
    });

    it("is handed over without a request of a reader that failed", async function () {
      this.timeout(120_000);
      const { log, sources } = bench();
      for (let tries = 0; tries < 4; tries += 1) assert.equal(await look(), "nothing: home-awaited");

      const stop = startReaders(key, api);
      const first = await key();
      await sources.nudge(arn);
      await log.outcome(arn, { outcome: "moved" });
      assert.equal((await sources.describe(arn)).RotationEnabled, true, "a restore would find its rules");

      assert.deepEqual([...(await until("rotated: rotated"))].sort(), ["nothing: home-fresh"]);
      const second = await keyInVault();
      assert.notEqual(second, first);
      assert.deepEqual(new Set(api.keys()), new Set([first, second]), "the former stays for the overlap");
      await until("retired: retired");
      await until("rotated: rotated", { rotate: "start" });
      await until("retired: retired");
      assert.deepEqual(api.keys(), [await keyInVault()]);

      const { requests, failed } = await stop();
      process.stdout.write(`      ${requests.toString()} requests\n`);
      assert.ok(requests > 300, `${requests.toString()} requests`);
      assert.equal(failed, 0);
    });
  });
}

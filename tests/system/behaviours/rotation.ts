import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetFunctionConfigurationCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { RestoreSecretCommand } from "@aws-sdk/client-secrets-manager";

import type { LocalStack, UpResult } from "../../../local/stack";
import type { RotatorAnswer } from "../../../runtime/rotator/handler";
import { readRotatorEnvironment } from "../../../runtime/rotator/settings";
import { membersOf } from "../../../runtime/shared/members";
import { authenticate } from "../../../runtime/vault/login";
import { makeTransport } from "../../../runtime/vault/transport";
import { homingIn } from "../../cli/support/homing";
import { startApi } from "../../support/apiOfTwoKeys";
import type { ApiOfTwoKeys } from "../../support/apiOfTwoKeys";
import { copiedExample } from "../../support/exampleFolder";
import type { ExampleFolder } from "../../support/exampleFolder";
import type { Bench } from "../support/bench";
import { clientsOf } from "../support/clients";
import { eventually } from "../support/eventually";
import { sessionOfFunction } from "../support/probe";
import { vaultApi } from "../support/vaultApi";

const secretName = "payments/api-key";
const overlapSeconds = 6;
/** How long each reader uses a key: up to the overlap, less than what a request takes. */
export const caches = [0, 1_000, 3_000, 5_000];

/** Programs that use the key, each with a cache of its own, until they are stopped. */
export function startReaders(key: () => Promise<string>, api: ApiOfTwoKeys) {
  const counts = { requests: 0, failed: 0 };
  let isOver = false;
  const run = async (cacheMs: number): Promise<void> => {
    let held = { key: await key(), until: Date.now() + cacheMs };
    while (!isOver) {
      if (Date.now() >= held.until) {
        const asked = Date.now();
        held = { key: await key(), until: asked + cacheMs };
      }
      counts.requests += 1;
      if ((await api.statusOf(held.key)) !== 204) counts.failed += 1;
      await sleep(20);
    }
  };
  const all = caches.map(run);
  return async () => {
    isOver = true;
    await Promise.all(all);
    return counts;
  };
}

/** The example of a rotation, from the secret's creation in Secrets Manager on. */
export function describeRotation(bench: () => Bench, login: "aws" | "jwt"): void {
  describe("a program that rotates the key of an API", () => {
    const homing = homingIn(() => bench().system());
    let api: ApiOfTwoKeys;
    let example: ExampleFolder;
    let stack: LocalStack;
    let deployed: UpResult;
    let arn: string;

    const settings = (): Record<string, string> => ({
      "homing-rotation:moverStack": `organization/homing/${bench().system().stack}`,
      "homing-rotation:overlapSeconds": overlapSeconds.toString(),
      "homing-rotation:apiAddress": api.address,
    });

    async function look(event: object = {}): Promise<RotatorAnswer> {
      const { Payload, FunctionError } = await bench().clients.lambda.send(
        new InvokeCommand({ FunctionName: deployed.outputs["functionName"], Payload: JSON.stringify(event) }),
      );
      const text = Buffer.from(Payload ?? []).toString("utf8");
      assert.equal(FunctionError, undefined, text);
      return JSON.parse(text) as RotatorAnswer;
    }

    /** Looks as the rule would, but every second, until an attempt ends so. */
    async function until(outcome: RotatorAnswer["outcome"], event: object = {}): Promise<readonly string[]> {
      const seen: string[] = [];
      for (let tries = 0; tries < 30; tries += 1) {
        const answer = await look(event);
        seen.push("reason" in answer ? answer.reason : answer.code);
        if (answer.outcome === outcome) return seen;
        await sleep(1_000);
      }
      throw new Error(`no attempt came to ${outcome}: ${seen.join(", ")}`);
    }

    async function keyInVault(): Promise<string> {
      const { home, homes } = bench();
      return String(membersOf((await homes.read(home(secretName)))?.data)["value"]);
    }

    before(async function () {
      this.timeout(300_000);
      const { canary, cloud, log, sources } = bench();
      api = await startApi(`${canary}-${randomBytes(6).toString("hex")}`);
      const [first = ""] = api.keys();
      ({ arn } = await sources.create(secretName, first));
      await log.outcome(arn, { outcome: "moved" });
      example = copiedExample("rotation");
      stack = await cloud.openBeside({ name: "local-rotation", program: example.folder });
      deployed = await stack.up(settings());
    });

    after(async () => {
      example.remove();
      await api.stop();
    });

    it("gives the API a new key, twice, without a request of a reader that failed", async function () {
      this.timeout(120_000);
      const stop = startReaders(keyInVault, api);
      const first = await keyInVault();

      // The first is due at once, and waits for those who read the secret before it was moved.
      const waited = await until("rotated");
      assert.deepEqual(new Set(waited.slice(0, -1)), new Set(waited.length > 1 ? ["home-fresh"] : []));
      const second = await keyInVault();
      assert.notEqual(second, first);
      assert.deepEqual(new Set(api.keys()), new Set([first, second]), "the former stays for the overlap");

      const retired = await until("retired");
      assert.deepEqual(new Set(retired.slice(0, -1)), new Set(["overlap"]));
      assert.deepEqual(api.keys(), [second]);

      assert.deepEqual(await look(), { outcome: "nothing", reason: "not-due" });
      const calm = await homing.run(["rotate", secretName]);
      assert.deepEqual([calm.code, calm.err], [0, ""]);
      assert.match(calm.out, /^stands {4}no rotation is under way$/m);
      const started = await homing.run(["rotate", secretName, "--now", "--yes"]);
      assert.equal(started.code, 0, started.out + started.err);
      const after = await homing.run(["rotate", secretName, "--json"]);
      assert.deepEqual(
        [after.code, after.records[0]?.["step"], after.records[0]?.["ending"]],
        [0, "retiring", 1],
        after.out + after.err,
      );
      await until("retired");
      for (const key of api.everTaken()) assert.ok(!homing.printed().includes(key));
      assert.deepEqual(api.keys(), [await keyInVault()]);
      assert.equal(api.everTaken().length, 3);

      const { requests, failed } = await stop();
      process.stdout.write(`      ${requests.toString()} requests of ${caches.length.toString()} readers\n`);
      assert.ok(requests > 500, `${requests.toString()} requests`);
      assert.equal(failed, 0);
    });

    it("keeps the mover from writing over the rotated key", async () => {
      const { clients, log, sources } = bench();
      const rotated = await keyInVault();
      await sources.ageDeletion(arn);
      await clients.secrets.send(new RestoreSecretCommand({ SecretId: arn }));
      await sources.put(arn, "an older key");

      // OpenBao records no authors, so there the rotator can't be told from anybody else.
      await log.outcome(arn, { outcome: "refused", reason: login === "aws" ? "home-rotated" : "home-conflict" });
      assert.equal(await keyInVault(), rotated);
    });

    it("may change its own home and its own pending path, and nobody else may with its role", async () => {
      const { clients, home, homes, system } = bench();
      await homes.write(home("payments/other"), { value: "other" });
      const FunctionName = deployed.outputs["functionName"];
      const { Environment, Role = "" } = await clients.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName }),
      );
      const session = clientsOf(system(), await sessionOfFunction(clients, "rotator-session", Role));
      const loggedIn = authenticate(readRotatorEnvironment(Environment?.Variables ?? {}), {
        transport: makeTransport(system().vaultAddress, ""),
        sts: session.sts,
        now: Date.now,
      }).finally(session.destroy);
      if (login === "jwt") {
        // Another function that was given the role gets no token to try with.
        await assert.rejects(loggedIn, { code: "vault-login-failed" });
        return;
      }
      const { value: token } = await loggedIn;
      const rotator = vaultApi(system().vaultAddress, token);
      const { mount } = system();
      const own = `${mount}/data/${home(secretName)}`;
      const pending = deployed.outputs["pendingPath"] ?? "";
      const status = async (method: string, path: string, body?: object): Promise<number> =>
        (await rotator.request(method, path, body)).status;

      assert.equal(await status("GET", own), 200);
      assert.equal(await status("GET", `${mount}/data/${pending}`), 200);
      const tried: readonly (readonly [string, string, object?])[] = [
        ["GET", `${mount}/data/${home("payments/other")}`],
        ["POST", `${mount}/data/${home("payments/other")}`, { data: { value: "forged" } }],
        ["GET", `${mount}/data/${pending}-other`],
        ["GET", `${mount}/metadata/${home(secretName)}`],
        ["GET", `${mount}/metadata/${pending}`],
        ["DELETE", own],
        ["DELETE", `${mount}/data/${pending}`],
        ["POST", `${mount}/destroy/${home(secretName)}`, { versions: [1] }],
        ["GET", "sys/policies/acl?list=true"],
      ];
      for (const [method, path, body] of tried)
        assert.equal(await status(method, path, body), 403, `${method} ${path}`);
    });

    it("writes no key into its log", async () => {
      const { clients, canary } = bench();
      const logGroupName = `/aws/lambda/${deployed.outputs["functionName"] ?? ""}`;
      const text = await eventually(
        async () => {
          const { events = [] } = await clients.logs.send(new FilterLogEventsCommand({ logGroupName }));
          const all = events.map(({ message }) => message ?? "").join("");
          return all.includes("retired: the former value has ended") ? all : undefined;
        },
        () => "no line of it",
      );
      for (const key of [canary, ...api.everTaken()]) assert.ok(!text.includes(key));
    });

    it("has nothing to change after its update, and leaves the key when it is destroyed", async () => {
      const { home, homes, vault } = bench();
      assert.deepEqual(Object.keys(await stack.preview(settings())), ["same"]);
      await stack.destroy();

      assert.equal(await vault.read(`sys/policies/acl/${deployed.outputs["vaultPolicyName"] ?? ""}`), undefined);
      assert.notEqual(await homes.read(home(secretName)), undefined);
      assert.deepEqual(api.keys(), [await keyInVault()]);
    });
  });
}

import * as assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import { GetFunctionCommand, ListEventSourceMappingsCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { unzipSync } from "fflate";

import type { Bench } from "../support/bench";

/** What tokens of Vault, batch tokens of OpenBao and web identity tokens look like. */
const tokens = [/\bhv[sbr]\.[\w-]{20,}/, /\bb\.AAAA[\w-]{40,}/, /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}/];

/** All text that the function's archive holds. */
async function archiveOf({ clients, system }: Bench): Promise<string> {
  const { Code } = await clients.lambda.send(new GetFunctionCommand({ FunctionName: system().functionName }));
  const response = await fetch(Code?.Location ?? "");
  assert.equal(response.status, 200);
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  return Object.values(files)
    .map((bytes) => Buffer.from(bytes).toString("latin1"))
    .join("\n");
}

/** All text in the files below a folder: the stack's state with its history, for instance. */
const filesBelow = (directory: string): string =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");

/** Names of everything that the stack's resources are listed under, at the emulator and at Vault. */
async function resourcesOf({ clients, vault, system }: Bench): Promise<Readonly<Record<string, readonly string[]>>> {
  const { lambda, sqs, events, iam, logs } = clients;
  const list = async (path: string): Promise<string[]> => Object.keys((await vault.read(path)) ?? {});
  const keys = async (path: string): Promise<string[]> => {
    const answer = (await vault.read(`${path}?list=true`)) as { readonly keys?: string[] } | undefined;
    return answer?.keys ?? [];
  };
  const found = {
    functions: (await lambda.send(new ListFunctionsCommand({}))).Functions?.map(({ FunctionName }) => FunctionName),
    triggers: (await lambda.send(new ListEventSourceMappingsCommand({}))).EventSourceMappings?.map(
      ({ FunctionArn }) => FunctionArn,
    ),
    queues: (await sqs.send(new ListQueuesCommand({}))).QueueUrls,
    rules: (await events.send(new ListRulesCommand({}))).Rules?.map(({ Name }) => Name),
    roles: (await iam.send(new ListRolesCommand({}))).Roles?.map(({ RoleName }) => RoleName),
    logGroups: (await logs.send(new DescribeLogGroupsCommand({}))).logGroups
      ?.map(({ logGroupName }) => logGroupName)
      // The emulator makes one for each function that tests made.
      .filter((name) => name?.startsWith("/aws/lambda/homing")),
    mounts: (await list("sys/mounts")).filter((path) => path === `${system().mount}/`),
    logins: (await list("sys/auth")).filter((path) => path.startsWith("homing")),
    policies: (await keys("sys/policies/acl")).filter((name) => name.startsWith("homing")),
    entities: (await keys("identity/entity/name")).filter((name) => name.startsWith("homing")),
    aliases: await keys("identity/entity-alias/id"),
  };
  return Object.fromEntries(
    Object.entries(found).map(([kind, names = []]) => [kind, names.filter((name) => name !== undefined)]),
  );
}

/** The stack after secrets were moved. */
export function describeStack(bench: () => Bench): void {
  describe("the stack", () => {
    it("is unchanged by a second update with the same settings", async () => {
      const { changes } = await bench().cloud.up();

      assert.deepEqual(Object.keys(changes), ["same"]);
    });

    it("holds no secret's value and no token of Vault: state, archive, engine's output, function's log", async () => {
      const { cloud, system, canary, engineOutput, log } = bench();
      const exported = await cloud.stack.stack.exportStack();
      const places = {
        "the exported state": JSON.stringify(exported),
        "the state's files": filesBelow(cloud.stack.backendUrl.replace("file://", "")),
        "the function's archive": await archiveOf(bench()),
        "the engine's output": engineOutput(),
        "the function's log": (await log.messages()).join("\n"),
      };
      const moved = (await log.records()).filter(({ outcome }) => outcome === "moved");
      assert.ok(moved.length > 5, "values were planted");

      for (const [place, text] of Object.entries(places)) {
        assert.ok(text.length > 500, `${place} was read`);
        assert.equal(text.includes(canary), false, `${place} holds a planted value`);
        assert.equal(text.includes(system().vaultToken), false, `${place} holds Vault's root token`);
        for (const token of tokens) assert.doesNotMatch(text, token, `${place} holds a token`);
      }
      assert.ok(places["the function's archive"].includes("vault-mover"), "the archive was unpacked");
    });
  });
}

/** Last of all. */
export function describeDestroy(bench: () => Bench): void {
  describe("pulumi destroy", () => {
    it("leaves nothing behind when the mount is not protected", async () => {
      const { cloud } = bench();
      const before = await resourcesOf(bench());
      for (const [kind, names] of Object.entries(before)) assert.notDeepEqual(names, [], `there are ${kind}`);

      await cloud.stack.destroy();

      const after = await resourcesOf(bench());
      assert.deepEqual(after, Object.fromEntries(Object.keys(before).map((kind) => [kind, []])));
    });
  });
}

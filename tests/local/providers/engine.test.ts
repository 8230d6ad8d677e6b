import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getRegionOutput, Provider, sqs } from "@pulumi/aws";
import type { ProviderArgs } from "@pulumi/aws";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";
import type { PulumiFn, Stack, UpOptions } from "@pulumi/pulumi/automation";
import { startEmulator } from "../../../local/emulator";
import type { Emulator } from "../../../local/emulator";
import { awsClient } from "../../../local/providers/aws/client";
import type { AwsClient } from "../../../local/providers/aws/client";
import { tagMap } from "../../../local/providers/aws/common";
import { vaultClient } from "../../../local/providers/vault/client";
import { installTools, isVaultAtHand } from "../../../local/tools";
import { startVault } from "../../../local/vaultServer";
import type { VaultServer } from "../../../local/vaultServer";
import { everyType, plantedSecret } from "./everyType";
import type { Servers, Wish } from "./everyType";
import { callsOfTheRealProvider, vaultCalls } from "./vaultCalls";

const launchers = join(dirname(dirname(dirname(__dirname))), "local", "providers", "bin");
const issuer = "http://127.0.0.1:9/issuer";
const mappings = "/2015-03-31/event-source-mappings/";
const first: Wish = {
  queueName: "first",
  text: "one",
  seconds: 60,
  path: "local-here",
  tags: { team: "a", cost: "1" },
};
const changed: Wish = {
  queueName: "second",
  text: "two",
  seconds: 90,
  path: "local-there",
  tags: { team: "b", empty: "" },
};

/** The Vault that is at hand, or else OpenBao, without the types of the AWS login. */
describe("the local providers in the real engine", function () {
  this.timeout(300_000);

  let folder: string;
  let emulator: Emulator | undefined;
  let vault: VaultServer | undefined;
  let environment: Record<string, string>;
  let servers: Servers;
  let cloud: AwsClient;
  let stack: Stack;
  let resources: number;

  const change = async (program: PulumiFn, options: UpOptions = {}) => {
    const { summary, outputs } = await stack.up({ program, ...options });
    return { changes: summary.resourceChanges, outputs };
  };
  const apply = (wish: Wish, options: UpOptions = {}) => change(everyType(wish, servers), options);
  const call = (apiId: unknown, path: string) =>
    fetch(`${environment.AWS_ENDPOINT_URL ?? ""}/_aws/execute-api/${String(apiId)}/$default${path}`);
  const invoke = (name: unknown) =>
    cloud.rest("lambda", "POST", `/2015-03-31/functions/${String(name)}/invocations`, {});

  before(async function () {
    this.timeout(600_000);
    folder = mkdtempSync(join(tmpdir(), "homing-"));
    const server = (await isVaultAtHand()) ? "vault" : "openbao";
    const tools = await installTools({
      server,
      vaultAwsPlugin: true,
      progress: (line) => {
        console.error(line);
      },
    });
    const folderOf = (name: string): string => {
      mkdirSync(join(folder, name), { recursive: true });
      return join(folder, name);
    };
    [emulator, vault] = await Promise.all([
      startEmulator({ tools, directory: folderOf("aws"), environment: {} }),
      startVault({ tools, directory: folderOf("vault") }),
    ]);
    environment = {
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      VAULT_ADDR: vault.address,
      VAULT_TOKEN: vault.token,
      HOMING_LOCAL_ISSUER: issuer,
    };
    cloud = awsClient(environment);
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    servers = {
      awsLogin: server === "vault",
      emulator: emulator.endpoint,
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    };
    // With the stack itself; three of them belong to the AWS login.
    resources = servers.awsLogin ? 36 : 33;

    writeFileSync(join(folderOf("work/part"), "index.js"), `module.exports = "part";`);
    symlinkSync(tools.pulumi, join(folderOf("engine/bin"), "pulumi"));
    stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "providers", projectName: "providers", program: everyType(first, servers) },
      {
        workDir: join(folder, "work"),
        pulumiHome: folderOf("home"),
        pulumiCommand: await PulumiCommand.get({ root: join(folder, "engine") }),
        projectSettings: { name: "providers", runtime: "nodejs" },
        envVars: {
          PATH: [launchers, dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
          PULUMI_BACKEND_URL: `file://${folderOf("state")}`,
          PULUMI_CONFIG_PASSPHRASE: "local",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_EXPERIMENTAL: "true",
          PULUMI_SKIP_CHECKPOINTS: "true",
          ...environment,
        },
      },
    );
  });

  after(async () => {
    await Promise.all([emulator?.stop(), vault?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it("create one resource of every type, and answer every function", async () => {
    const { changes, outputs } = await apply(first);

    deepEqual(changes, { create: resources });
    equal(outputs.account?.value, "000000000000");
    equal(outputs.place?.value, "aws us-east-1");
    equal(outputs.issuerIdentifier?.value, issuer);
    equal(outputs.foundAccessor?.value, outputs.accessor?.value);
    deepEqual(await invoke(outputs.functionName?.value), { text: "one", part: "part", set: "one" });
    equal(outputs.apiExecutionArn?.value, `arn:aws:execute-api:us-east-1:000000000000:${String(outputs.apiId?.value)}`);
    const answers = await Promise.all(["/one", "/two"].map((path) => call(outputs.apiId?.value, path)));
    deepEqual(
      answers.map(({ status }) => status),
      [200, 404],
    );
  });

  it("see no change in the same program, also by what the servers hold", async () => {
    deepEqual((await apply(first, { refresh: true })).changes, { same: resources });
  });

  it("change in place what can be, replace what can't and what hangs on it", async () => {
    const { changes, outputs } = await apply(changed);
    const { QueueUrls } = await cloud.json("sqs", "ListQueues", {});
    const { Tags } = await cloud.json("sqs", "ListQueueTags", { QueueUrl: outputs.queueUrl?.value });

    // Replaced: the queue, its policy, the mapping to the function and its permission. The same: the stack, the
    // federation, the settings of the mount, the alias of the login, and an entity that nothing is said of.
    const [replace, same] = [4, 5];
    deepEqual(changes, { replace, same, update: resources - replace - same });
    ok(!(QueueUrls as string[]).some((url) => url.endsWith("/first")));
    deepEqual(Tags, changed.tags);
    const { MetricAlarms } = await cloud.json("monitoring", "DescribeAlarms", {
      AlarmNames: [outputs.alarmName?.value],
    });
    const [alarm] = MetricAlarms as { Threshold: number; Period: number; AlarmArn: string }[];
    const alarmTags = await cloud.json("monitoring", "ListTagsForResource", { ResourceARN: alarm?.AlarmArn });
    deepEqual([alarm?.Threshold, alarm?.Period, tagMap(alarmTags.Tags)], [90, 300, changed.tags]);
    deepEqual(await invoke(outputs.functionName?.value), { text: "two", part: "part", set: "two" });
    const api = `/v2/apis/${String(outputs.apiId?.value)}`;
    const stage = await cloud.rest("apigateway", "GET", `${api}/stages/$default`);
    const { tags } = await cloud.rest(
      "apigateway",
      "GET",
      `/v2/tags/${encodeURIComponent(String(outputs.stageArn?.value))}`,
    );
    deepEqual(
      [stage.description, stage.defaultRouteSettings, tags],
      ["two", { throttlingBurstLimit: 90, throttlingRateLimit: 1 }, changed.tags],
    );
    equal((await call(outputs.apiId?.value, "/two")).status, 200);
  });

  it("move mounts, auth methods and aliases in place, and keep what the server chose", async () => {
    const root = vaultClient(environment);
    const { outputs } = await apply(changed);
    const { aliasId, aliasOf, methodAccessor } = outputs;
    const alias = await root.read(`identity/entity-alias/id/${String(aliasId?.value)}`);
    const method = await root.read("sys/mounts/auth/local-there-userpass");

    deepEqual(
      [alias?.name, alias?.canonical_id, alias?.mount_accessor],
      ["two", aliasOf?.value, methodAccessor?.value],
    );
    equal(method?.accessor, methodAccessor?.value);
    for (const path of ["local-there", "auth/local-there-jwt"]) ok(await root.read(`sys/mounts/${path}`));
    for (const path of ["local-here", "auth/local-here-jwt"]) equal(await root.read(`sys/mounts/${path}`), undefined);
    if (servers.awsLogin) {
      const { use_sts_region_from_client, max_retries } = (await root.read("auth/local-aws/config/client")) ?? {};
      deepEqual([use_sts_region_from_client, max_retries], [true, 90]);
    }
  });

  it("make again what somebody removed, and find all else as they left it", async () => {
    const { EventSourceMappings } = await cloud.rest("lambda", "GET", mappings);
    const [mapping] = EventSourceMappings as { readonly UUID: string }[];
    await cloud.rest("lambda", "DELETE", `${mappings}${mapping?.UUID ?? ""}`);
    await vaultClient(environment).remove("auth/local-jwt/role/mover");

    const { changes, outputs } = await apply(changed, { refresh: true });

    deepEqual(changes, { create: 2, same: resources - 2 });
    // An update can't change an id; a refresh does.
    deepEqual(outputs.movedIds?.value, ["local-there", "local-there-userpass"]);
  });

  it("keep a secret input out of the state's text", () => {
    const state = readFileSync(join(folder, "state", ".pulumi", "stacks", "providers", "providers.json"), "utf8");

    match(state, /aws:lambda\/function:Function/);
    ok(!state.includes(plantedSecret));
  });

  it("refuse a property that they don't implement", async () => {
    const fifo: PulumiFn = () => {
      new sqs.Queue("ordered", { fifoQueue: true });
      return Promise.resolve({});
    };

    await rejects(change(fifo), /property fifoQueue is not supported by the local provider/);
  });

  it("follow a provider of the program in its region and accounts, and refuse what else it is told", async () => {
    const planned = async (args: ProviderArgs) => {
      const program: PulumiFn = () => {
        const provider = new Provider("elsewhere", args);
        return Promise.resolve({ region: getRegionOutput({}, { provider }).region });
      };
      const { changeSummary } = await stack.preview({ program });
      return changeSummary.create;
    };
    const region = "eu-central-1";

    equal(await planned({ region, allowedAccountIds: ["000000000000"] }), 1);
    await rejects(planned({ region, allowedAccountIds: ["111122223333"] }), /AWS account ID not allowed: 000000000000/);
    await rejects(planned({ region, profile: "prod" }), /can't follow these settings of the stack: profile/);
  });

  it("leave nothing after destroy", async () => {
    const { summary } = await stack.destroy();
    const vaultNow = vaultClient(environment);
    const [mounts, methods] = await Promise.all([vaultNow.read("sys/mounts"), vaultNow.read("sys/auth")]);

    ok((summary.resourceChanges?.delete ?? 0) >= 26);
    deepEqual(await cloud.json("sqs", "ListQueues", {}), { QueueUrls: [] });
    deepEqual(await cloud.json("events", "ListRules", {}), { Rules: [] });
    deepEqual(await cloud.json("logs", "DescribeLogGroups", {}), { logGroups: [] });
    deepEqual(await cloud.rest("lambda", "GET", "/2015-03-31/functions/"), { Functions: [] });
    deepEqual(await cloud.rest("lambda", "GET", mappings), { EventSourceMappings: [] });
    deepEqual((await cloud.rest("apigateway", "GET", "/v2/apis")).items, []);
    equal((await cloud.query("sns", "ListTopics", {})).Topics, "");
    deepEqual((await cloud.json("monitoring", "DescribeAlarms", {})).MetricAlarms, []);
    equal((await cloud.query("iam", "ListRoles", {})).Roles, "");
    deepEqual(
      Object.keys({ ...mounts, ...methods }).filter((path) => path.startsWith("local-")),
      [],
    );
  });

  it("made the calls in Vault that the real provider makes, and no others", () => {
    const expected = callsOfTheRealProvider.filter((call) => servers.awsLogin || !call.includes("config/client"));

    deepEqual(vaultCalls(vault?.auditLog ?? ""), [...expected].sort());
  });
});

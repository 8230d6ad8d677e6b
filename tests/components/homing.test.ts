import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { Provider } from "@pulumi/aws";
import { ComponentResource, output } from "@pulumi/pulumi";
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { Homing } from "../../components/homing";
import type { HomingArgs } from "../../components/homingArgs";
import { known } from "../support/known";
import { account, awsAnswers, only, record, region, settle } from "../support/mocks";
import type { Recording } from "../support/mocks";

const vaultAddress = "https://vault.example.com:8200";

async function make(
  args: Partial<HomingArgs> = {},
  opts: () => ComponentResourceOptions = () => ({}),
  names: readonly string[] = ["homing"],
): Promise<Recording & { readonly made: readonly Homing[] }> {
  const recording = await record(awsAnswers, { "aws:region": region });
  const made: Homing[] = [];
  await settle(() => {
    for (const name of names) made.push(new Homing(name, { vaultAddress, ...args }, opts()));
  });
  return { ...recording, made };
}

describe("Homing", () => {
  it("needs Vault's address alone, and lets its parts be reached", async () => {
    const { made, resources } = await make();
    const [homing] = made;
    ok(homing);

    equal(homing.movers.length, 1);
    equal(homing.movers[0].secretMover, homing.secretMover);
    equal(homing.movers[0].home, homing.home);
    equal(homing.fence, undefined);
    for (const { type, parent } of resources) {
      ok(type === "homing:index:Homing" || parent.includes("::homing:index:Homing"), type);
    }
  });

  it("has a fence when it is asked for, for the regions of its movers", async () => {
    const made = await make({ fence: "policy", regions: [region, "us-east-1"] });
    const { name, policy } = only(made, "aws:iam/policy:Policy").inputs;

    equal(name, "homing-test-eu-west-1-fence");
    ok(JSON.stringify(policy).includes(JSON.stringify({ "aws:RequestedRegion": [region, "us-east-1"] })));
    ok(made.made[0]?.fence);
    equal(made.made[0].movers.length, 2);
  });

  it("does not meet another one of the same program: no name in AWS or Vault, no URN is both's", async () => {
    const { resources } = await make({ loginPath: "login", mount: "kv" }, undefined, ["homing", "second"]);
    const named = resources
      .map(({ type, inputs }) => [type, inputs.name ?? inputs.role ?? inputs.alarmName] as const)
      .filter(
        // Not what is below a role, or has its id.
        ([type, name]) => name !== undefined && /^(aws|vault):/.test(type) && !/rolePolicy|entityAlias/.test(type),
      );
    const texts = named.map((pair) => pair.join(" "));

    ok(texts.length > 50);
    equal(new Set(texts).size, texts.length);
    const names = resources.map(({ type, name }) => `${type} ${name}`);
    equal(new Set(names).size, names.length);
  });

  it("sweeps while the queue is not read, and stops when it is told to", async () => {
    for (const [args, state] of [
      [{ enabled: false }, "ENABLED"],
      [{ sweepEnabled: false }, "DISABLED"],
    ] as const) {
      const made = await make(args);
      equal(only(made, "aws:cloudwatch/eventRule:EventRule", "homing-sweeper-hourly").inputs.state, state);
    }
  });

  it("leaves a sweeper that only counts, and its alarms, in a region that had a mover", async () => {
    const formerRegions = ["us-east-1"];
    const made = await make({ formerRegions });
    const there = made.resources.filter(({ provider }) => provider.includes("homing-aws-us-east-1"));

    const alarms = there.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
    deepEqual(alarms.map(({ name }) => name).sort(), [
      "homing-alarms-us-east-1-no-full-sweep",
      "homing-alarms-us-east-1-no-sweep",
      "homing-alarms-us-east-1-unwatched",
      "homing-alarms-us-east-1-unwatched-ending",
    ]);
    equal(there.filter(({ type }) => type === "aws:sqs/queue:Queue").length, 0);
    const { environment } = only(made, "aws:lambda/function:Function", "homing-sweeper-us-east-1-function").inputs;
    const { variables } = environment as { readonly variables: Readonly<Record<string, string>> };
    deepEqual([variables.HOMING_REGION, variables.HOMING_ENABLED], ["us-east-1", "false"]);
    match(variables.HOMING_PLACE ?? "", /^[0-9a-f]{8}$/);
    throws(() => new Homing("homing", { vaultAddress, regions: [region, "us-east-1"], formerRegions }), /has a mover/);
  });

  it("gives a further region's role the name of the first one with the region behind it", async () => {
    const made = await make({ loginRole: "mover", regions: [region, "us-east-1"] });
    const roles = made.resources.filter(({ type }) => type === "vault:aws/authBackendRole:AuthBackendRole");

    deepEqual(roles.map(({ inputs }) => inputs.role).sort(), ["mover", "mover-us-east-1"]);
  });

  it("takes what another resource tells, and decides by what is there", async () => {
    const made = await make({
      vaultAddress: output(vaultAddress),
      subnetIds: [output("subnet-0a")],
      securityGroupIds: output(["sg-0a"]),
      tags: { team: output("a") },
    });
    const { environment, tags, vpcConfig } = only(made, "aws:lambda/function:Function", "homing-mover-function").inputs;

    deepEqual([tags, vpcConfig], [{ team: "a" }, { subnetIds: ["subnet-0a"], securityGroupIds: ["sg-0a"] }]);
    const { variables } = environment as { readonly variables: Readonly<Record<string, string>> };
    equal(variables.HOMING_VAULT_ADDRESS, vaultAddress);
    const { iamServerIdHeaderValue } = only(made, "vault:aws/authBackendClient:AuthBackendClient").inputs;
    equal(iamServerIdHeaderValue, "vault.example.com");
    const { policy } = only(made, "aws:iam/rolePolicy:RolePolicy", "homing-mover-grants").inputs;
    ok(JSON.stringify(policy).includes("ec2:CreateNetworkInterface"));
  });

  it("works with the provider that it is given, and asks that one where it is", async () => {
    const made = await make({}, () => ({ providers: [new Provider("theirs", { region })] }));
    const urn = "urn:pulumi:test::homing::pulumi:providers:aws::theirs";

    for (const { type, provider, name } of made.resources.filter((one) => one.type.startsWith("aws:"))) {
      ok(provider.startsWith(urn), `${type} ${name}: ${provider}`);
    }
  });

  it("is below a parent, with its parts changed by the transformations that it is given", async () => {
    class Platform extends ComponentResource {
      constructor() {
        super("test:index:Platform", "platform");
      }
    }
    const made = await make({}, () => ({
      parent: new Platform(),
      transformations: [
        ({ type, props, opts }) => ({
          props: type === "aws:sqs/queue:Queue" ? { ...props, tags: { by: "program" } } : props,
          opts,
        }),
      ],
    }));

    ok(only(made, "homing:index:Homing").parent.endsWith("::platform"));
    const queues = made.resources.filter(({ type }) => type === "aws:sqs/queue:Queue");
    deepEqual(
      queues.map(({ inputs }) => inputs.tags),
      [{ by: "program" }, { by: "program" }],
    );
  });

  it("refuses wrong arguments by their name, before anything is made", async () => {
    const recording = await record(awsAnswers);

    throws(
      () => new Homing("homing", { vaultAddress, login: "jwt", serverId: "v", regions: ["eu-west-1", "cn-north-1"] }),
      (error: Error) => {
        equal(
          error.message,
          "Homing homing can't be made:\n" +
            "  - serverId is only for login aws\n" +
            "  - regions must be in the same partition as eu-west-1: no account is in two",
        );
        return true;
      },
    );
    deepEqual(recording.resources, []);
  });

  it("refuses what doesn't fit the place that its provider works in", async () => {
    const refused: readonly [Partial<HomingArgs>, RegExp][] = [
      [{ regions: ["us-east-1", region] }, /regions must have the stack's own region, eu-west-1/],
      [{ homeTemplate: "aws/999999999999/{region}/{name}" }, /homeTemplate must be/],
      [
        { regions: [region, "us-east-1"], operatorRoleArns: [`arn:aws:iam::${account}:role/homing-test-us-east-1`] },
        /operatorRoleArns must not name the role of a mover/,
      ],
      [
        { login: "jwt", operatorRoleArns: ["arn:aws:iam::999999999999:role/operator"] },
        /operatorRoleArns must be roles of account 123456789012 with login jwt/,
      ],
    ];
    for (const [args, fault] of refused) {
      await record(awsAnswers, { "aws:region": region });
      const { outputs } = new Homing("homing", { vaultAddress, ...args });
      await rejects(known(outputs.account), fault);
    }
  });

  it("knows each operator as the same author in all regions, with the policies of all", async () => {
    const operator = "arn:aws:iam::999999999999:role/team/operator";
    const { made, resources } = await make({ regions: [region, "us-east-1"], operatorRoleArns: [operator] });

    const loginRoles = made[0] === undefined ? {} : await known(made[0].outputs.operatorLoginRoles);
    match(loginRoles[operator] ?? "", new RegExp(`^homing-test-${region}-${account}-operator-[0-9a-f]{8}$`));
    const role = resources.filter(({ inputs }) => inputs.role === loginRoles[operator]);
    deepEqual(
      role.map(({ inputs }) => inputs.tokenPolicies),
      [[`homing-test-${region}-${account}`, `homing-test-us-east-1-${account}`]],
    );
    const told = resources.flatMap(({ inputs }) => {
      const { variables } = (inputs.environment ?? {}) as { readonly variables?: Readonly<Record<string, string>> };
      return variables?.HOMING_OPERATOR_ENTITY_IDS ?? [];
    });
    const entity = resources.find(({ type, name }) => type.includes("entity:Entity") && name.includes("operator"));
    deepEqual(told, [JSON.stringify([`${entity?.name ?? ""}-id`]), JSON.stringify([`${entity?.name ?? ""}-id`])]);
  });

  it("gives its parts what an organisation asks for", async () => {
    const key = `arn:aws:kms:${region}:${account}:key/0a`;
    const boundary = `arn:aws:iam::${account}:policy/boundary`;
    const theirs = `arn:aws:sns:${region}:${account}:on-call`;
    const made = await make({
      architecture: "x86_64",
      permissionsBoundaryArn: output(boundary),
      rolePath: "/platform/",
      encryptionKeyArn: key,
      retainLogs: true,
      alarmTopicArn: output(theirs),
      okNotifications: true,
    });
    const inputsOf = (type: string) => made.resources.filter((one) => one.type === type).map(({ inputs }) => inputs);

    deepEqual(
      inputsOf("aws:iam/role:Role").map(({ path, permissionsBoundary }) => [path, permissionsBoundary]),
      Array(2).fill(["/platform/", boundary]),
    );
    deepEqual(
      inputsOf("aws:sqs/queue:Queue").map(({ kmsMasterKeyId }) => kmsMasterKeyId),
      [key, key],
    );
    deepEqual(
      inputsOf("aws:cloudwatch/logGroup:LogGroup").map(({ kmsKeyId }) => kmsKeyId),
      [key, key],
    );
    deepEqual(
      inputsOf("aws:lambda/function:Function").map(({ architectures }) => architectures),
      [["x86_64"], ["x86_64"]],
    );
    deepEqual(
      inputsOf("aws:cloudwatch/metricAlarm:MetricAlarm").filter(
        ({ alarmActions, okActions }) => String(alarmActions) !== theirs || String(okActions) !== theirs,
      ),
      [],
    );
    // Vault compares the session's ARN, which shows no path.
    const { boundIamPrincipalArns } = only(made, "vault:aws/authBackendRole:AuthBackendRole").inputs;
    deepEqual(boundIamPrincipalArns, [`arn:aws:iam::${account}:role/homing-test-${region}`]);
  });

  it("binds login jwt to the role with its path, as its tokens name it", async () => {
    const made = await make({ login: "jwt", rolePath: "/platform/" });
    const { boundSubject } = only(made, "vault:jwt/authBackendRole:AuthBackendRole").inputs;

    equal(boundSubject, `arn:aws:iam::${account}:role/platform/homing-test-${region}`);
  });
});

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { output } from "@pulumi/pulumi";
import program = require("../index");
import { account, awsAnswers, only, record, region, settle, typesOf } from "./support/mocks";
import type { Answers, Recording } from "./support/mocks";

interface Run extends Recording {
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Runs the program as the engine does, with this configuration, keys without their namespace. */
async function run(config: Record<string, string>, answers: Answers = awsAnswers): Promise<Run> {
  const named = Object.entries(config).map(([key, value]): [string, string] => [`homing:${key}`, value]);
  const recording = await record(answers, { "aws:region": region, ...Object.fromEntries(named) });
  let outputs = {};
  await settle(() => {
    output(program()).apply((values) => {
      outputs = values;
    });
  });
  return { ...recording, outputs };
}

const base = "homing-test-eu-west-1";
const queueUrl = `https://sqs.${region}.amazonaws.com/${account}/${base}`;
const queueArn = `arn:aws:sqs:${region}:${account}:${base}`;

/** What the output `movers` has to tell of a region. */
function moverIn(where: string, home: string): Readonly<Record<string, string>> {
  const name = `homing-test-${where}`;
  return {
    queueUrl: `https://sqs.${where}.amazonaws.com/${account}/${name}`,
    queueArn: `arn:aws:sqs:${where}:${account}:${name}`,
    deadLetterQueueUrl: `https://sqs.${where}.amazonaws.com/${account}/${name}-dead`,
    functionName: name,
    functionArn: `arn:aws:lambda:${where}:${account}:function:${name}`,
    functionRoleArn: `arn:aws:iam::${account}:role/${name}`,
    logGroupName: `/aws/lambda/${name}`,
    sweeperFunctionName: `${name}-sweep`,
    alarmTopicArn: `arn:aws:sns:${where}:${account}:${name}-alarms`,
    moverEntityId: `${home}-entity-id`,
    loginRole: `${name}-${account}`,
  };
}

/** The inputs of all functions, with the text of their code in the place of the archive. */
const functionsOf = ({ resources }: Run): Promise<readonly unknown[]> =>
  Promise.all(
    resources
      .filter(({ type }) => type === "aws:lambda/function:Function")
      // Which archive is ready first is a matter of chance.
      .sort((one, other) => one.name.localeCompare(other.name))
      .map(async ({ inputs: { code, ...inputs } }) => {
        const { assets } = code as {
          readonly assets: Promise<Record<string, { readonly text?: string | Promise<string> }>>;
        };
        const files = await assets;
        return { ...inputs, files: Object.keys(files), text: await files["__index.js"]?.text };
      }),
  );

describe("the program", () => {
  const config = { vaultAddress: "https://vault.example.com:8200", namePrefix: "app/" };
  let made: Run;
  before(async () => {
    made = await run(config);
  });

  it("tells its outputs as plain values", () => {
    deepEqual(made.outputs, {
      account,
      region,
      vaultAddress: "https://vault.example.com:8200",
      vaultNamespace: "",
      vaultCaCertificate: "",
      mount: "homing",
      homePrefix: "aws",
      homeTemplate: "aws/{account}/{region}/{name}",
      loginMethod: "aws",
      loginPath: "homing-aws",
      loginRole: `${base}-${account}`,
      serverId: "vault.example.com",
      audience: "",
      signingAlgorithm: "ES384",
      moverEntityId: "homing-home-entity-id",
      moverPolicyName: `${base}-${account}`,
      operatorLoginRoles: {},
      queueUrl,
      queueArn,
      deadLetterQueueUrl: `${queueUrl}-dead`,
      deadLetterQueueArn: `${queueArn}-dead`,
      functionName: base,
      functionArn: `arn:aws:lambda:${region}:${account}:function:${base}`,
      functionRoleArn: `arn:aws:iam::${account}:role/${base}`,
      logGroupName: `/aws/lambda/${base}`,
      sweeperFunctionName: `${base}-sweep`,
      sweeperRoleArn: `arn:aws:iam::${account}:role/${base}-sweep`,
      alarmTopicArn: `arn:aws:sns:${region}:${account}:${base}-alarms`,
      mode: "audit",
      namePrefix: "app/",
      exemptTag: "vault-mover-mode=exempt",
      movers: { [region]: moverIn(region, "homing-home") },
      fencePolicy: "",
      fencePolicyArn: "",
      policyPackConfig: JSON.stringify({
        "no-secrets-manager-secret": {
          exemptNames: [],
          serviceReadNames: [],
          homes: `homing/aws/${account}/${region}/{name}`,
        },
      }),
    });
  });

  it("binds Vault's role to the role that the function gets", () => {
    const { boundIamPrincipalArns } = only(made, "vault:aws/authBackendRole:AuthBackendRole").inputs;

    deepEqual(boundIamPrincipalArns, [made.outputs.functionRoleArn]);
    equal(
      only(made, "aws:lambda/function:Function", "homing-mover-function").inputs.role,
      made.outputs.functionRoleArn,
    );
  });

  it("makes the function after all that its login needs in Vault", () => {
    const { dependencies } = only(made, "aws:lambda/function:Function", "homing-mover-function");

    for (const name of [
      "homing-home-mount",
      "homing-home-policy",
      "homing-home-login-client",
      "homing-home-login-role",
      "homing-home-alias",
    ]) {
      ok(
        dependencies.some((urn) => urn.endsWith(`::${name}`)),
        name,
      );
    }
  });

  it("asks AWS only who and where it is", () => {
    deepEqual(made.invokes.map(({ token }) => token).sort(), Object.keys(awsAnswers).sort());
  });

  it("makes no resource of login jwt with login aws, nor the other way round", async () => {
    const other = await run({ ...config, login: "jwt" });

    deepEqual(
      typesOf(made).filter((type) => /jwt|WebIdentity/.test(type)),
      [],
    );
    deepEqual(
      typesOf(other).filter((type) => /vault:aws|vault:index\/authBackend/.test(type)),
      [],
    );
    equal(other.outputs.loginPath, "homing-jwt");
    const { boundClaims } = only(other, "vault:jwt/authBackendRole:AuthBackendRole").inputs;
    deepEqual(Object.values(boundClaims as object), [other.outputs.functionArn]);
  });

  it("gives the same again in the same process", async () => {
    const again = await run(config);

    deepEqual(again.outputs, made.outputs);
    deepEqual(typesOf(again), typesOf(made));
    const [first, second] = await Promise.all([made, again].map(functionsOf));
    equal(first?.length, 2);
    deepEqual(second, first);
  });

  describe("with a further region", () => {
    const further = "eu-central-1";
    const names = new Set(["home", "mover", "sweeper", "alarms"].map((name) => `homing-${name}-${further}`));
    const isFurther = ({ name }: { readonly name: string }): boolean =>
      name === `homing-aws-${further}` || [...names].some((one) => name === one || name.startsWith(`${one}-`));
    let both: Run;
    before(async () => {
      both = await run({ ...config, regions: JSON.stringify([further, region]) });
    });

    /** All that the engine tells resources apart by, and what they are made of but for code. */
    const essence = ({
      name,
      type,
      parent,
      provider,
      protect,
      inputs: { code, ...inputs },
    }: Run["resources"][number]) =>
      JSON.stringify({ name, type, parent, provider, protect, inputs, code: code !== undefined });

    it("leaves all that the own region has as it was", () => {
      const own = both.resources.filter((one) => !isFurther(one)).map(essence);

      deepEqual(own.sort(), made.resources.map(essence).sort());
      // The policy pack is told of all regions.
      const { movers: before, policyPackConfig: ofOne, ...flat } = made.outputs;
      const { movers: after, policyPackConfig: ofBoth, ...same } = both.outputs;
      deepEqual(same, flat);
      deepEqual(ofBoth, String(ofOne).replace(region, "<region>"));
      deepEqual((after as Record<string, unknown>)[region], (before as Record<string, unknown>)[region]);
    });

    it("tells of each region what its mover is", () => {
      deepEqual(both.outputs.movers, {
        [region]: moverIn(region, "homing-home"),
        [further]: moverIn(further, `homing-home-${further}`),
      });
    });

    it("makes all of AWS there by one provider, which works for this account only", () => {
      const provider = only(both, "pulumi:providers:aws");
      deepEqual([provider.inputs.region, provider.inputs.allowedAccountIds], [further, JSON.stringify([account])]);

      const there = both.resources.filter((one) => isFurther(one) && one.type.startsWith("aws:"));
      ok(there.length > 20);
      const providers = new Set(there.map((one) => one.provider));
      deepEqual(
        [...providers],
        [
          `urn:pulumi:test::homing::homing:index:Homing$pulumi:providers:aws::homing-aws-${further}::homing-aws-${further}-id`,
        ],
      );
    });

    it("makes there what the own region has, but for what is shared in Vault", () => {
      const shared = [
        "homing:index:Homing",
        "pulumi:providers:aws",
        "vault:aws/authBackendClient:AuthBackendClient",
        "vault:index/authBackend:AuthBackend",
        "vault:index/mount:Mount",
        "vault:kv/secretBackendV2:SecretBackendV2",
      ];
      const typesIn = (one: boolean) =>
        typesOf({ ...both, resources: both.resources.filter((each) => isFurther(each) === one) });

      deepEqual(
        typesIn(true).filter((type) => !shared.includes(type)),
        typesIn(false).filter((type) => !shared.includes(type)),
      );
      deepEqual(
        typesIn(true).filter((type) => shared.includes(type)),
        ["pulumi:providers:aws"],
      );
    });

    it("binds a Vault role and an entity of its own to that region's function", () => {
      const role = only(both, "vault:aws/authBackendRole:AuthBackendRole", `homing-home-${further}-login-role`);
      const entity = only(both, "vault:identity/entity:Entity", `homing-home-${further}-entity`);
      const { environment } = only(both, "aws:lambda/function:Function", `homing-mover-${further}-function`).inputs;
      const { variables } = environment as { readonly variables: Readonly<Record<string, string>> };

      deepEqual(
        [role.inputs.role, role.inputs.boundIamPrincipalArns],
        [`homing-test-${further}-${account}`, [`arn:aws:iam::${account}:role/homing-test-${further}`]],
      );
      equal(entity.inputs.name, `homing-test-${further}-${account}`);
      deepEqual(
        [variables.HOMING_REGION, variables.HOMING_LOGIN_ROLE, variables.HOMING_ENTITY_ID],
        [further, `homing-test-${further}-${account}`, `homing-home-${further}-entity-id`],
      );
    });

    it("makes the role there after the method that both use", () => {
      const role = only(both, "vault:aws/authBackendRole:AuthBackendRole", `homing-home-${further}-login-role`);

      for (const name of ["homing-home-mount", "homing-home-login", "homing-home-login-client"]) {
        ok(
          role.dependencies.some((urn) => urn.endsWith(`::${name}`)),
          name,
        );
      }
    });
  });

  it("makes nothing when a setting is wrong", async () => {
    const recording = await record(awsAnswers, { "homing:mode": "force" });

    throws(program, (error: Error) => {
      ok(error.message.includes("homing:vaultAddress must be given"));
      ok(error.message.includes("homing:mode must be one of audit, copy, move"));
      return true;
    });
    deepEqual(recording.resources, []);
  });
});

/** For each rule of the policy pack a program that passes and one that fails, both as small as they can be. */
import { cloudwatch, ec2, ecs, iam, lambda, secretsmanager, sqs, ssm } from "@pulumi/aws";
import { aws, jwt, Mount, Policy } from "@pulumi/vault";

export interface Pair {
  /** What each program has, in a few words. */
  readonly has: { readonly passing: string; readonly failing: string };
  /** Registers resources whose names start with the given one. */
  readonly passing: (name: string) => void;
  readonly failing: (name: string) => void;
}

/** Has the format of a GitHub token, but is made of the alphabet and belongs to nobody. */
export const plantedToken = ["ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"].join("");

const vault = "https://vault.example.com:8200";
const token = { tokenTtl: 900, tokenMaxTtl: 3600 };
const secrets = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/*";
const force = { Bool: { "secretsmanager:ForceDeleteWithoutRecovery": "true" } };

const grant = (name: string, statements: iam.PolicyStatement[]): void => {
  new iam.Policy(name, { policy: { Version: "2012-10-17", Statement: statements } });
};

const queue = (name: string, over: sqs.QueueArgs = {}): sqs.Queue =>
  new sqs.Queue(name, { sqsManagedSseEnabled: true, ...over });

/** A queue with its dead-letter queue, whose ARN is known only when it is made. */
function queuePair(name: string): void {
  const dead = queue(`${name}-dead`);
  const redrivePolicy = dead.arn.apply((deadLetterTargetArn) =>
    JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 9 }),
  );
  queue(name, { redrivePolicy });
}

/** By the rule's name. */
export const pairs: Readonly<Record<string, Pair>> = {
  "no-secrets-manager-secret": {
    has: { passing: "a secret tagged vault-mover-mode=exempt", failing: "a secret with a value" },
    passing: (name) => {
      const secret = new secretsmanager.Secret(name, { name: "app/legacy", tags: { "vault-mover-mode": "exempt" } });
      new secretsmanager.SecretVersion(`${name}-value`, { secretId: secret.id, secretString: "kept here" });
    },
    failing: (name) => {
      new secretsmanager.Secret(name, { name: "app/database" });
      new secretsmanager.SecretVersion(`${name}-value`, { secretId: "app/other", secretString: "a value" });
    },
  },
  "no-literal-secret": {
    has: {
      passing: "the path of a secret",
      failing: "a GitHub token in a function, a container, user data, a parameter",
    },
    passing: (name) => {
      new ssm.Parameter(name, { type: "String", value: `${vault}/v1/homing/data/aws/app/token` });
    },
    failing: (name) => {
      new lambda.Function(`${name}-function`, {
        role: "arn:aws:iam::111122223333:role/app",
        environment: { variables: { TOKEN: plantedToken } },
      });
      const container = { name: "web", image: "web", environment: [{ name: "TOKEN", value: plantedToken }] };
      new ecs.TaskDefinition(`${name}-task`, {
        family: "web",
        containerDefinitions: JSON.stringify([container]),
      });
      new ec2.LaunchTemplate(`${name}-template`, {
        userData: Buffer.from(`#!/bin/sh\nexport TOKEN=${plantedToken}\n`).toString("base64"),
      });
      new ssm.Parameter(`${name}-parameter`, { type: "String", value: plantedToken });
    },
  },
  "no-secure-string": {
    has: { passing: "a String parameter", failing: "a SecureString parameter" },
    passing: (name) => {
      new ssm.Parameter(name, { type: "String", value: "eu-west-1" });
    },
    failing: (name) => {
      new ssm.Parameter(name, { type: "SecureString", value: "a value" });
    },
  },
  "vault-policy-scope": {
    has: { passing: "writes below secret/data/app/", failing: 'path "*", sudo, writes to a whole mount' },
    passing: (name) => {
      new Policy(name, { name, policy: 'path "secret/data/app/*" { capabilities = ["create", "update", "read"] }' });
    },
    failing: (name) => {
      const lines = [
        'path "*" { capabilities = ["read"] }',
        'path "sys/audit" { capabilities = ["read", "sudo"] }',
        'path "secret/data/*" { capabilities = ["update"] }',
      ];
      new Policy(name, { name, policy: lines.join("\n") });
    },
  },
  "vault-aws-role": {
    has: { passing: "one exact principal, an hour", failing: "a pattern of principals, no limit" },
    passing: (name) => {
      new aws.AuthBackendRole(name, {
        role: "app",
        boundIamPrincipalArns: ["arn:aws:iam::111122223333:role/app"],
        ...token,
      });
    },
    failing: (name) => {
      new aws.AuthBackendRole(name, { role: "app", boundIamPrincipalArns: ["arn:aws:iam::111122223333:role/*"] });
    },
  },
  "vault-jwt-role": {
    has: { passing: "type, audience, subject, an hour", failing: "neither audience nor subject, a day" },
    passing: (name) => {
      new jwt.AuthBackendRole(name, {
        roleName: "app",
        roleType: "jwt",
        userClaim: "sub",
        boundAudiences: [vault],
        boundSubject: "arn:aws:iam::111122223333:role/app",
        ...token,
      });
    },
    failing: (name) => {
      new jwt.AuthBackendRole(name, { roleName: "app", userClaim: "sub", tokenTtl: 86_400, tokenMaxTtl: 86_400 });
    },
  },
  "vault-kv-version-2": {
    has: { passing: 'options { version: "2" }', failing: "no version" },
    passing: (name) => {
      new Mount(name, { path: "secret", type: "kv", options: { version: "2" } });
    },
    failing: (name) => {
      new Mount(name, { path: "old", type: "kv" });
    },
  },
  "delete-secret-with-window": {
    has: { passing: "DeleteSecret, denied by force", failing: "DeleteSecret alone" },
    passing: (name) => {
      grant(name, [
        { Effect: "Allow", Action: ["secretsmanager:DeleteSecret"], Resource: [secrets] },
        { Effect: "Deny", Action: ["secretsmanager:DeleteSecret"], Resource: ["*"], Condition: force },
      ]);
    },
    failing: (name) => {
      grant(name, [{ Effect: "Allow", Action: ["secretsmanager:DeleteSecret"], Resource: [secrets] }]);
    },
  },
  "no-secret-wildcard": {
    has: { passing: "GetSecretValue on app/*", failing: "secretsmanager:Get* on *" },
    passing: (name) => {
      grant(name, [{ Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [secrets] }]);
    },
    failing: (name) => {
      grant(name, [{ Effect: "Allow", Action: ["secretsmanager:Get*"], Resource: ["*"] }]);
    },
  },
  "queue-encryption": {
    has: { passing: "sqsManagedSseEnabled", failing: "sqsManagedSseEnabled: false" },
    passing: queuePair,
    failing: (name) => {
      queue(name, {
        sqsManagedSseEnabled: false,
        redriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }),
      });
    },
  },
  "queue-dead-letter": {
    has: { passing: "a queue and its dead-letter queue", failing: "a queue alone" },
    passing: queuePair,
    failing: queue,
  },
  "log-retention": {
    has: { passing: "90 days", failing: "no retention" },
    passing: (name) => {
      new cloudwatch.LogGroup(name, { retentionInDays: 90 });
    },
    failing: (name) => {
      new cloudwatch.LogGroup(name, {});
    },
  },
};

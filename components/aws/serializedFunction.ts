import { cloudwatch, iam, lambda } from "@pulumi/aws";
import { all, asset, output } from "@pulumi/pulumi";
import type { ComponentResource, Input, Output, ResourceTransformation } from "@pulumi/pulumi";
import { functionPackages } from "./functionPackages";
import { lambdaMayAssume, policyOf } from "./iam";
import type { Place } from "./names";

/** What an organisation asks of every function, its role and its log. */
export interface FunctionRules {
  /** Processors that it runs on. Default `arm64`. */
  readonly architecture?: "arm64" | "x86_64";
  /** Managed policy that is the permissions boundary of the role. */
  readonly permissionsBoundaryArn?: Input<string>;
  /** IAM path of the role, the one that the names were made with. Default `/`. */
  readonly rolePath?: string;
  /** KMS key that the log group is encrypted with, and the queues where there are some. */
  readonly encryptionKeyArn?: Input<string>;
  /** Whether the log group stays when the stack is destroyed. */
  readonly retainLogs?: boolean;
}

/**
 * What the packages bring along and no function loads: sources of credentials that Lambda does not have, types, helpers
 * for browsers. They would be a sixth of the archive.
 */
const neverLoaded = [
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-login",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@aws-sdk/nested-clients",
  "@aws-sdk/token-providers",
  "@aws-sdk/types",
  "bowser",
  "tslib",
];

/** A function of this program, with the role that it has and the log group that it writes. */
export interface SerializedFunction<Event, Result> extends FunctionRules {
  readonly place: Input<Place>;
  readonly name: Input<string>;
  readonly description: string;
  /** Makes the handler when the function starts; serialized. */
  readonly factory: () => lambda.Callback<Event, Result>;
  /** Packages that only other functions load, beside those that none loads. */
  readonly neverLoaded: readonly string[];
  /** Packages of the program that is being deployed, which the function loads as well. Default none. */
  readonly programPackages?: readonly string[];
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly role: { readonly name: Input<string>; readonly description: string };
  /** The role's one policy. */
  readonly grants: { readonly name: string; readonly statements: Input<readonly iam.PolicyStatement[]> };
  readonly logGroup: Input<string>;
  readonly logRetentionDays: number;
  readonly logLevel: string;
  /** The settings that the function reads when it starts. */
  readonly variables: Input<Readonly<Record<string, string>>>;
  /** The `service` of its log lines, and the one dimension of its metrics, which keeps the stacks of an account apart. */
  readonly service: Input<string>;
  readonly vpcConfig?: {
    readonly subnetIds: Input<readonly string[]>;
    readonly securityGroupIds: Input<readonly string[]>;
  };
  readonly tags: Input<Readonly<Record<string, string>>>;
}

/** Packs a serialized function with our packages instead of those of the program that is being deployed. */
const packedWith =
  (packages: Readonly<Record<string, asset.Archive>>): ResourceTransformation =>
  ({ props, opts }) => {
    const code = (props["code"] as Output<asset.AssetArchive>).apply(async (archive) => {
      const { "__index.js": text } = await archive.assets;
      if (text === undefined) throw new Error("the serialized function is not where Pulumi puts it, in __index.js");
      return new asset.AssetArchive({ "__index.js": text, ...packages });
    });
    return { props: { ...props, code }, opts };
  };

const inVpc = ({ subnetIds, securityGroupIds }: NonNullable<SerializedFunction<unknown, unknown>["vpcConfig"]>) => ({
  subnetIds: output(subnetIds).apply((ids) => [...ids]),
  securityGroupIds: output(securityGroupIds).apply((ids) => [...ids]),
});

/** The policy of a role. Statements have values that come from elsewhere in it nowhere: they are one value themselves. */
const documentOf = (statements: Input<readonly iam.PolicyStatement[]>): Output<iam.PolicyDocument> =>
  (output(statements) as Output<readonly iam.PolicyStatement[]>).apply(policyOf);

/** The rules alone, of arguments that have more. */
export const functionRules = ({
  architecture,
  permissionsBoundaryArn,
  rolePath,
  encryptionKeyArn,
  retainLogs,
}: FunctionRules): FunctionRules => ({
  ...(architecture === undefined ? {} : { architecture }),
  ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundaryArn }),
  ...(rolePath === undefined ? {} : { rolePath }),
  ...(encryptionKeyArn === undefined ? {} : { encryptionKeyArn }),
  ...(retainLogs === undefined ? {} : { retainLogs }),
});

/** Makes the function below a component, with names that start with the component's. */
export function createSerializedFunction<Event, Result>(
  parent: ComponentResource,
  name: string,
  spec: SerializedFunction<Event, Result>,
) {
  const { tags, permissionsBoundaryArn, rolePath = "/", encryptionKeyArn, retainLogs = false } = spec;
  const child = { parent };
  const role = new iam.Role(
    `${name}-role`,
    {
      name: spec.role.name,
      description: spec.role.description,
      assumeRolePolicy: output(spec.place).apply((place) => policyOf([lambdaMayAssume(place)])),
      ...(rolePath === "/" ? {} : { path: rolePath }),
      ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: permissionsBoundaryArn }),
      tags,
    },
    child,
  );
  const grants = new iam.RolePolicy(
    `${name}-grants`,
    { name: spec.grants.name, role: role.name, policy: documentOf(spec.grants.statements) },
    child,
  );
  const logGroup = new cloudwatch.LogGroup(
    `${name}-logs`,
    {
      name: spec.logGroup,
      retentionInDays: spec.logRetentionDays,
      ...(encryptionKeyArn === undefined ? {} : { kmsKeyId: encryptionKeyArn }),
      tags,
    },
    retainLogs ? { ...child, retainOnDelete: true } : child,
  );
  const variables = all([spec.variables, spec.service]).apply(([settings, service]) => ({
    ...settings,
    POWERTOOLS_LOG_LEVEL: spec.logLevel,
    POWERTOOLS_SERVICE_NAME: service,
    POWERTOOLS_METRICS_NAMESPACE: "Homing",
  }));
  const handler = new lambda.CallbackFunction<Event, Result>(
    `${name}-function`,
    {
      name: spec.name,
      description: spec.description,
      callbackFactory: spec.factory,
      runtime: lambda.Runtime.NodeJS24dX,
      architectures: [spec.architecture ?? "arm64"],
      memorySize: spec.memoryMb,
      timeout: spec.timeoutSeconds,
      role: role.arn,
      environment: { variables },
      // As text: the logger writes JSON itself, and Lambda must not wrap it again.
      loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
      ...(spec.vpcConfig === undefined ? {} : { vpcConfig: inVpc(spec.vpcConfig) }),
      tags,
    },
    // The grants come first: Lambda checks the ones for subnets and for a queue when it is told to use them.
    {
      ...child,
      dependsOn: [grants],
      transformations: [
        packedWith(
          functionPackages([...neverLoaded, ...spec.neverLoaded], undefined, {
            packages: spec.programPackages ?? [],
            folder: process.cwd(),
          }),
        ),
      ],
    },
  );
  return { handler, role, grants, logGroup };
}

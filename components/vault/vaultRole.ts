/** Roles of Vault's login methods: who may log in, and with what tokens. */
import { output } from "@pulumi/pulumi";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import { aws, jwt } from "@pulumi/vault";
import { withoutPath } from "../aws/iam";

/** JSON pointer to the claim in which STS puts the function that asked for the token. */
export const functionClaim = "/https:~1~1sts.amazonaws.com~1/lambda_source_function_arn";

/** A role of the method: who may log in by it, and what its tokens are. */
export interface RoleArgs {
  readonly namespace: string | undefined;
  /** Path of the auth method, without `auth/`. */
  readonly path: string;
  readonly role: Input<string>;
  /** The IAM role that may log in, with its path. */
  readonly roleArn: Input<string>;
  readonly policies: Input<Input<string>[]>;
  readonly tokenTtlMinutes: number;
  /**
   * Whether tokens have Vault's default policy as well. Those of functions don't: a batch token has no use for its
   * self-service paths, and a function reads and writes homes only.
   */
  readonly defaultPolicy: "with" | "without";
}

/**
 * Batch tokens: nobody renews one, so a container that comes and goes leaves no lease behind in Vault; they can't be
 * revoked, which their few minutes make bearable (disabling the entity or changing the policy stops them at once).
 */
const tokenOf = ({ policies, tokenTtlMinutes, defaultPolicy }: RoleArgs) => ({
  tokenType: "batch",
  tokenTtl: tokenTtlMinutes * 60,
  tokenMaxTtl: tokenTtlMinutes * 60,
  tokenPolicies: policies,
  ...(defaultPolicy === "without" ? { tokenNoDefaultPolicy: true } : {}),
});

/** A role for exactly one IAM role, by its signed GetCallerIdentity request. */
export const awsRole = (name: string, args: RoleArgs, options: CustomResourceOptions): aws.AuthBackendRole =>
  new aws.AuthBackendRole(
    name,
    {
      backend: args.path,
      role: args.role,
      authType: "iam",
      boundIamPrincipalArns: [output(args.roleArn).apply(withoutPath)],
      // Vault would need AWS credentials to look the ids up; what a role's ARN may do is decided by its trust policy.
      resolveAwsUniqueIds: false,
      ...tokenOf(args),
      namespace: args.namespace,
    },
    options,
  );

/** A role for exactly one IAM role, by a web identity token for one audience, and with other claims if they are given. */
export const jwtRole = (
  name: string,
  args: RoleArgs & { readonly audience: Input<string>; readonly claims?: Readonly<Record<string, Input<string>>> },
  options: CustomResourceOptions,
): jwt.AuthBackendRole =>
  new jwt.AuthBackendRole(
    name,
    {
      backend: args.path,
      roleName: args.role,
      roleType: "jwt",
      userClaim: "sub",
      boundAudiences: [args.audience],
      boundSubject: args.roleArn,
      ...(args.claims === undefined ? {} : { boundClaimsType: "string", boundClaims: args.claims }),
      ...tokenOf(args),
      namespace: args.namespace,
    },
    options,
  );

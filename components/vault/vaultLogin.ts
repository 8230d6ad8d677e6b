import { iam } from "@pulumi/aws";
import type { ComponentResource, CustomResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { AuthBackend, aws, getAuthBackendOutput, jwt } from "@pulumi/vault";
import { defaults } from "../args/table";
import { awsRole, functionClaim, jwtRole } from "./vaultRole";

/** How the function proves to Vault who it is; neither way needs a stored credential. */
export type VaultLogin =
  | {
      /** Vault asks STS who signed the function's request. */
      readonly method: "aws";
      /** Value that the signed `X-Vault-AWS-IAM-Server-ID` header must have: a request for another server is worthless. */
      readonly serverId: Input<string>;
      /** Address at which Vault reaches STS. Default: the public endpoint of the region that the function signed for. */
      readonly stsEndpoint?: string;
    }
  | {
      /** Vault checks a web identity token that STS signed. */
      readonly method: "jwt";
      readonly audience: Input<string>;
      /** The one that the mover is told. Default ES384. */
      readonly signingAlgorithm?: "ES384" | "RS256";
      /** Uses the account's token issuer as it is, instead of switching it on. Default false. */
      readonly adoptTokenIssuer?: boolean;
      /** Address of the issuer's discovery document. Default: the account's own issuer. */
      readonly tokenIssuerUrl?: string;
      /** PEM of the CA that signed the certificate at `tokenIssuerUrl`. Default: the public ones. */
      readonly tokenIssuerCa?: string;
    };

export type LoginOf<M extends VaultLogin["method"]> = Extract<VaultLogin, { readonly method: M }>;

/** What both methods need. */
export interface LoginArgs {
  /** Child name of the first resource; the others are named after it. */
  readonly name: string;
  readonly namespace: string | undefined;
  /** Path of the auth method, without `auth/`. */
  readonly path: string;
  /** Uses the method at `path` and leaves its configuration alone. */
  readonly adopt: boolean;
  /** What made the method at `path`, in the same stack. */
  readonly shared?: ComponentResource & { readonly loginAccessor: Output<string> };
  readonly role: Input<string>;
  readonly policy: Output<string>;
  readonly tokenTtlMinutes: number;
  readonly region: Input<string>;
  readonly roleArn: Input<string>;
  readonly functionArn: Input<string>;
}

/** What an identity alias is made of, and what has to exist before a login can work. */
export interface Login {
  /** Accessor of the auth method. */
  readonly accessor: Output<string>;
  /** The name by which the method knows the function. */
  readonly aliasName: Input<string>;
  readonly resources: readonly Resource[];
}

/** The accessor of a method that is there already, or that another component makes; undefined when it is to be made. */
const foundAccessor = (args: LoginArgs, options: CustomResourceOptions): Output<string> | undefined =>
  args.shared?.loginAccessor ?? (args.adopt ? adoptedAccessor(args, options) : undefined);

const adoptedAccessor = (args: LoginArgs, options: CustomResourceOptions): Output<string> =>
  getAuthBackendOutput(
    args.namespace === undefined ? { path: args.path } : { path: args.path, namespace: args.namespace },
    options.parent === undefined ? {} : { parent: options.parent },
  ).accessor;

/** What has to exist before a role of the method can be made. */
const methodOf = ({ shared }: LoginArgs, made: readonly Resource[]): Resource[] =>
  shared === undefined ? [...made] : [shared];

/**
 * How the method itself is kept. Another path is another method: Vault would move this one, under the feet of everybody
 * whose role is in it, and the mover's own role at the former path could not be deleted.
 */
const methodOptions = (kept: CustomResourceOptions): CustomResourceOptions => ({ ...kept, replaceOnChanges: ["path"] });

/**
 * Login by a signed GetCallerIdentity request, for exactly the function's role.
 *
 * @param kept options of what others rely on as well
 */
export function awsLogin(
  login: LoginOf<"aws">,
  args: LoginArgs,
  options: CustomResourceOptions,
  kept: CustomResourceOptions,
): Login {
  const { namespace } = args;
  const { stsEndpoint = "" } = login;
  const resources: Resource[] = [];
  let accessor = foundAccessor(args, options);
  if (accessor === undefined) {
    const description = "Login of the homing mover";
    const backend = new AuthBackend(
      args.name,
      { type: "aws", path: args.path, description, namespace },
      methodOptions(kept),
    );
    const endpoint =
      stsEndpoint === ""
        ? { useStsRegionFromClient: true }
        : // Left out it would keep its value, and Vault would go on to call the public endpoint.
          { stsEndpoint, stsRegion: args.region, useStsRegionFromClient: false };
    const client = new aws.AuthBackendClient(
      `${args.name}-client`,
      { backend: backend.path, iamServerIdHeaderValue: login.serverId, ...endpoint, namespace },
      // A method that is kept at its former path would otherwise let readers in without the server id.
      { ...options, ...(kept.retainOnDelete === undefined ? {} : { retainOnDelete: kept.retainOnDelete }) },
    );
    accessor = backend.accessor;
    resources.push(backend, client);
  }
  const role = awsRole(
    `${args.name}-role`,
    { ...args, policies: [args.policy], defaultPolicy: "without" },
    { ...options, dependsOn: methodOf(args, resources) },
  );
  // The method's default alias (iam_alias = role_id) is the id of the Vault role.
  return { accessor, aliasName: role.roleId, resources: [...resources, role] };
}

/**
 * Login by a web identity token of the account's issuer, for exactly the function in exactly its role.
 *
 * @param kept options of what others rely on as well
 */
export function jwtLogin(
  login: LoginOf<"jwt">,
  args: LoginArgs,
  options: CustomResourceOptions,
  kept: CustomResourceOptions,
): Login {
  const { namespace } = args;
  const { signingAlgorithm = defaults.signingAlgorithm, tokenIssuerCa = "" } = login;
  const resources: Resource[] = [];
  const issuer = args.shared === undefined ? tokenIssuer(login, args, options, kept, resources) : undefined;
  let accessor = foundAccessor(args, options);
  if (accessor === undefined) {
    const backend = new jwt.AuthBackend(
      args.name,
      {
        type: "jwt",
        path: args.path,
        description: "Login of the homing mover",
        oidcDiscoveryUrl: issuer,
        ...(tokenIssuerCa === "" ? {} : { oidcDiscoveryCaPem: tokenIssuerCa }),
        boundIssuer: issuer,
        jwtSupportedAlgs: [signingAlgorithm],
        namespace,
      },
      methodOptions(kept),
    );
    accessor = backend.accessor;
    resources.push(backend);
  }
  const role = jwtRole(
    `${args.name}-role`,
    {
      ...args,
      policies: [args.policy],
      defaultPolicy: "without",
      audience: login.audience,
      claims: { [functionClaim]: args.functionArn },
    },
    { ...options, dependsOn: methodOf(args, resources) },
  );
  return { accessor, aliasName: args.roleArn, resources: [...resources, role] };
}

/** The issuer's URL. Switching the account's issuer off would stop everybody's tokens, so it is kept like the mount. */
function tokenIssuer(
  login: LoginOf<"jwt">,
  args: LoginArgs,
  options: CustomResourceOptions,
  kept: CustomResourceOptions,
  resources: Resource[],
): Output<string> | string {
  const { tokenIssuerUrl = "", adoptTokenIssuer = false } = login;
  if (tokenIssuerUrl !== "") return tokenIssuerUrl;
  if (adoptTokenIssuer) {
    return iam.getOutboundWebIdentityFederationOutput(options.parent === undefined ? {} : { parent: options.parent })
      .issuerIdentifier;
  }
  const federation = new iam.OutboundWebIdentityFederation(`${args.name}-issuer`, {}, kept);
  resources.push(federation);
  return federation.issuerIdentifier;
}

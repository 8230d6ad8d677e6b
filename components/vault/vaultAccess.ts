import { all, ComponentResource, output, ResourceHook } from "@pulumi/pulumi";
import type { ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { identity, kv, Mount, Policy } from "@pulumi/vault";
import { homeTemplateOf, loginPathOf } from "../args/moverPart";
import { withDefaults } from "../args/partDefaults";
import { defaults } from "../args/table";
import { namesOfProgram } from "../aws/names";
import type { MoverNames, Place } from "../aws/names";
import { makeOperators } from "./operators";
import { awsLogin, jwtLogin } from "./vaultLogin";
import type { Login, LoginArgs, VaultLogin } from "./vaultLogin";
import { moverRules, renderPolicy } from "./vaultPolicy";

/** Versions of a secret that a new mount keeps: Vault's own default, written down so that nothing else is inherited. */
const keptVersions = 10;
/** A negative number forbids versions to expire, also where a key asks for it: a proven copy must stay. */
const versionsNeverExpire = -1;

/** The part that settings decide. Plain values: they decide which resources there are. */
export interface VaultAccessSettings {
  /** Vault namespace of everything here; empty for the root namespace. The provider must be at the root then. */
  readonly namespace: string;
  /** Path of the KV version 2 mount. */
  readonly mount: string;
  /** Uses the mount as it is; nothing of it is created or configured. */
  readonly adoptMount: boolean;
  /**
   * Protects what can't be made again or what others rely on (mount, entity, login method, token issuer), and keeps it
   * when the stack is destroyed.
   */
  readonly protect: boolean;
  /** Path of a home, with the prefix filled in: the mover may do nothing outside its folder of account and region. */
  readonly homeTemplate: string;
  readonly login: VaultLogin;
  /** Path of the auth method, without `auth/`. */
  readonly loginPath: string;
  /** Uses the auth method at `loginPath`; its configuration is never written. */
  readonly adoptLogin: boolean;
  readonly loginRole: Input<string>;
  /** Lifetime of the mover's tokens, and of the operators'. */
  readonly tokenTtlMinutes: number;
  /** ARNs of the IAM roles of people who move from a terminal. */
  readonly operatorRoleArns: readonly string[];
}

/**
 * Each setting that isn't given is the argument of `Homing` of the same name, with its default; the role's name is by
 * default that of the mover's identity.
 */
export interface VaultAccessArgs extends Partial<VaultAccessSettings> {
  readonly login: VaultLogin;
  /** Where the mover works. */
  readonly place: Input<Place>;
  /**
   * The mover's identity in Vault, and the role and the function that log in with it; they need not exist yet. Default:
   * those of this program and stack in the place.
   */
  readonly names?: Input<Pick<MoverNames, "vaultIdentity" | "roleArn" | "functionArn">>;
  /** Policies of the operators: those of all movers of the stack, which need not exist yet. Default this mover's alone. */
  readonly operatorPolicies?: Input<readonly string[]>;
  /**
   * The home of the same stack whose mount, login method and operators are used; without it they are made, or adopted.
   */
  readonly shared?: VaultAccess;
}

/**
 * Refuses another path of the mount, in the preview as in the update. The provider changes it in place: Vault would
 * move all homes away from the programs that read them, and `protect` hinders deletions and replacements only.
 */
const mountStays = (name: string): ResourceHook =>
  new ResourceHook(
    `${name}-mount-stays`,
    ({ oldInputs, newInputs }) => {
      const [from, to] = [String(oldInputs?.path), String(newInputs?.path)];
      if (from === to) return;
      throw new Error(
        `mount can't change from ${from} to ${to}: Vault would move all homes away from those who read them. ` +
          `Set it back to ${from}, in the configuration as homing:mount; docs/changing-places.md says what can be done.`,
      );
    },
    { onDryRun: true },
  );

/** The arguments, with what was left out. */
type CompleteArgs = VaultAccessSettings &
  Pick<VaultAccessArgs, "operatorPolicies" | "shared"> & {
    readonly place: Output<Place>;
    readonly names: Output<Pick<MoverNames, "vaultIdentity" | "roleArn" | "functionArn">>;
  };

function complete(given: VaultAccessArgs): CompleteArgs {
  const { vaultNamespace, mount, adoptMount, protect, adoptLogin, tokenTtlMinutes, operatorRoleArns } = defaults;
  const names = output(given.names ?? namesOfProgram(given.place));
  return {
    ...withDefaults(
      {
        namespace: vaultNamespace,
        mount,
        adoptMount,
        protect,
        homeTemplate: homeTemplateOf(defaults),
        loginPath: loginPathOf({ login: given.login.method, loginPath: "" }),
        adoptLogin,
        loginRole: names.vaultIdentity,
        tokenTtlMinutes,
        operatorRoleArns,
      },
      given,
    ),
    place: output(given.place),
    names,
  };
}

/**
 * The KV mount that secrets move to, and the identity with which the mover comes to it. Used without `Homing` its
 * arguments are taken as they are: nobody checks that they fit one another, or what the mover is told.
 */
export class VaultAccess extends ComponentResource {
  /** Identity entity of the mover, known only once everything that a login needs exists. */
  public readonly moverEntityId: Output<string>;
  public readonly moverPolicyName: Output<string>;
  /** Accessor of the login method. */
  public readonly loginAccessor: Output<string>;
  /** Identity entities of the operators. */
  public readonly operatorEntityIds: Output<readonly string[]>;
  /** The operators' login roles, by the ARNs of their IAM roles. */
  public readonly operatorLoginRoles: Output<Readonly<Record<string, string>>>;

  constructor(name: string, given: VaultAccessArgs, opts?: ComponentResourceOptions) {
    super("homing:vault:VaultAccess", name, {}, opts);
    const args = complete(given);
    const { vaultIdentity, roleArn, functionArn } = args.names;
    const child = { parent: this };
    const kept = { ...child, protect: args.protect, retainOnDelete: args.protect };
    const namespace = args.namespace === "" ? undefined : args.namespace;

    const ready: Resource[] = [];
    if (!args.adoptMount && args.shared === undefined) {
      const mount = new Mount(
        `${name}-mount`,
        {
          path: args.mount,
          type: "kv",
          options: { version: "2" },
          description: "Home of the secrets that homing moved from AWS Secrets Manager",
          namespace,
        },
        { ...kept, hooks: { beforeUpdate: [mountStays(name)] } },
      );
      const versions = new kv.SecretBackendV2(
        `${name}-versions`,
        { mount: mount.path, maxVersions: keptVersions, deleteVersionAfter: versionsNeverExpire, namespace },
        child,
      );
      ready.push(mount, versions);
    }

    const { mount, homeTemplate } = args;
    const rules = args.place.apply(({ account, region }) => moverRules({ mount, account, region, homeTemplate }));
    const policy = new Policy(
      `${name}-policy`,
      { name: vaultIdentity, policy: rules.apply(renderPolicy), namespace },
      // After the mount: where a change of it is refused, the policy must not have changed either.
      { ...child, dependsOn: args.shared === undefined ? [...ready] : [args.shared] },
    );

    const login = this.createLogin(args, {
      name: `${name}-login`,
      namespace,
      path: args.loginPath,
      adopt: args.adoptLogin,
      ...(args.shared === undefined ? {} : { shared: args.shared }),
      role: args.loginRole,
      policy: policy.name,
      tokenTtlMinutes: args.tokenTtlMinutes,
      region: args.place.region,
      roleArn,
      functionArn,
    });

    // Vault records this entity as the author of each version: with another one, all homes would be somebody else's.
    const entity = new identity.Entity(`${name}-entity`, { name: vaultIdentity, namespace }, kept);
    const alias = new identity.EntityAlias(
      `${name}-alias`,
      { name: login.aliasName, mountAccessor: login.accessor, canonicalId: entity.id, namespace },
      child,
    );
    ready.push(policy, ...login.resources, alias);

    const operators =
      args.shared === undefined
        ? makeOperators(
            {
              name,
              namespace,
              login: args.login,
              path: args.loginPath,
              accessor: login.accessor,
              roleArns: args.operatorRoleArns,
              identityName: vaultIdentity,
              policies: args.operatorPolicies ?? policy.name.apply((own) => [own]),
              tokenTtlMinutes: args.tokenTtlMinutes,
            },
            { ...child, dependsOn: [...login.resources] },
          )
        : { entityIds: args.shared.operatorEntityIds, loginRoles: args.shared.operatorLoginRoles };

    this.moverEntityId = all([entity.id, all(ready.map((resource) => resource.urn))]).apply(([id]) => id);
    this.moverPolicyName = policy.name;
    this.loginAccessor = login.accessor;
    this.operatorEntityIds = operators.entityIds;
    this.operatorLoginRoles = operators.loginRoles;
    this.registerOutputs({
      moverEntityId: this.moverEntityId,
      moverPolicyName: this.moverPolicyName,
      loginAccessor: this.loginAccessor,
      operatorEntityIds: this.operatorEntityIds,
      operatorLoginRoles: this.operatorLoginRoles,
    });
  }

  private createLogin({ login, protect }: CompleteArgs, args: LoginArgs): Login {
    const child = { parent: this };
    const kept = { ...child, protect, retainOnDelete: protect };
    switch (login.method) {
      case "aws":
        return awsLogin(login, args, child, kept);
      case "jwt":
        return jwtLogin(login, args, child, kept);
      default:
        return login satisfies never;
    }
  }
}

/** People who move from a terminal: each of their IAM roles has a role and an entity of its own in Vault. */
import { createHash } from "node:crypto";
import { all, output } from "@pulumi/pulumi";
import type { CustomResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { identity } from "@pulumi/vault";
import type { VaultLogin } from "./vaultLogin";
import { awsRole, jwtRole } from "./vaultRole";

export interface OperatorsArgs {
  /** Child name of the resources, which end in a part of the ARN's hash: a list in another order changes nothing. */
  readonly name: string;
  readonly namespace: string | undefined;
  readonly login: VaultLogin;
  /** Path of the auth method, without `auth/`. */
  readonly path: string;
  /** Accessor of the auth method. */
  readonly accessor: Output<string>;
  /** ARNs of IAM roles, with their paths. */
  readonly roleArns: readonly string[];
  /** What the names in Vault start with. */
  readonly identityName: Input<string>;
  readonly policies: Input<readonly string[]>;
  readonly tokenTtlMinutes: number;
}

/** The operators by the ARNs of their IAM roles. */
export interface Operators {
  /** What Vault records as the author of what they write. */
  readonly entityIds: Output<readonly string[]>;
  readonly loginRoles: Output<Readonly<Record<string, string>>>;
}

/**
 * Lets each of the IAM roles log in, and write homes as an author whom the mover knows. Not as the mover itself: a home
 * that an operator edits must stay somebody's edit.
 *
 * Nothing is kept: who takes an operator away names the entity's id in `formerEntityIds`, whether it is there or not.
 *
 * @param options of everything here; `dependsOn` names what makes the auth method
 */
export function makeOperators(args: OperatorsArgs, options: CustomResourceOptions): Operators {
  const { accessor, namespace } = args;
  const made = args.roleArns.map((roleArn) => {
    const suffix = `operator-${createHash("sha256").update(roleArn).digest("hex").slice(0, 8)}`;
    const name = `${args.name}-${suffix}`;
    const ownName = output(args.identityName).apply((identityName) => `${identityName}-${suffix}`);
    const { role, aliasName } = makeRole(name, ownName, roleArn, args, options);
    const entity = new identity.Entity(
      `${name}-entity`,
      { name: ownName, metadata: { iamRole: roleArn }, namespace },
      options,
    );
    const alias = new identity.EntityAlias(
      `${name}-alias`,
      { name: aliasName, mountAccessor: accessor, canonicalId: entity.id, namespace },
      options,
    );
    return { entityId: all([entity.id, role.urn, alias.urn]).apply(([id]) => id), role: [roleArn, ownName] as const };
  });
  return {
    entityIds: all(made.map(({ entityId }) => entityId)),
    loginRoles: all(made.map(({ role: [roleArn, name] }) => name.apply((own) => [roleArn, own] as const))).apply(
      (roles) => Object.fromEntries(roles),
    ),
  };
}

/** The role of one operator, with the name by which the auth method knows who logs in by it. */
function makeRole(
  name: string,
  role: Output<string>,
  roleArn: string,
  args: OperatorsArgs,
  options: CustomResourceOptions,
): { readonly role: Resource; readonly aliasName: Input<string> } {
  const { login } = args;
  const policies = output(args.policies).apply((names) => [...names]);
  // With the default policy: the commands ask Vault whose token they were given.
  const own = { ...args, role, roleArn, policies, defaultPolicy: "with" } as const;
  switch (login.method) {
    case "aws": {
      const made = awsRole(`${name}-role`, own, options);
      return { role: made, aliasName: made.roleId };
    }
    case "jwt":
      return { role: jwtRole(`${name}-role`, { ...own, audience: login.audience }, options), aliasName: roleArn };
    default:
      return login satisfies never;
  }
}

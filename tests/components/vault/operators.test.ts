import { deepEqual, equal, ok } from "node:assert/strict";
import { output } from "@pulumi/pulumi";
import { makeOperators } from "../../../components/vault/operators";
import type { Operators, OperatorsArgs } from "../../../components/vault/operators";
import { known } from "../../support/known";
import { jwtWith } from "../support/jwtLogin";
import { record, settle, typesOf } from "../../support/mocks";
import type { Recording } from "../../support/mocks";

const one = "arn:aws:iam::111122223333:role/one";
const inPath = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a";
const aws = { method: "aws", serverId: "vault.example.com", stsEndpoint: "" } as const;
interface Made extends Recording {
  readonly entityIds: readonly string[];
  readonly loginRoles: Readonly<Record<string, string>>;
}

async function make(over: Partial<OperatorsArgs> = {}): Promise<Made> {
  const recording = await record();
  const made: Operators[] = [];
  await settle(() =>
    made.push(
      makeOperators(
        {
          name: "home",
          namespace: undefined,
          login: aws,
          path: "homing-login",
          accessor: output("accessor"),
          roleArns: [one, inPath],
          identityName: "homing-test",
          policies: ["first", "second"],
          tokenTtlMinutes: 15,
          ...over,
        },
        {},
      ),
    ),
  );
  const [operators] = made;
  ok(operators);
  return { ...recording, entityIds: await known(operators.entityIds), loginRoles: await known(operators.loginRoles) };
}

const ofType = ({ resources }: Recording, end: string) => resources.filter(({ type }) => type.endsWith(end));
const token = { tokenType: "batch", tokenTtl: 900, tokenMaxTtl: 900, tokenPolicies: ["first", "second"] };

describe("the operators", () => {
  it("are let in by login aws under exactly their roles, as Vault compares them", async () => {
    const made = await make();
    const roles = ofType(made, ":AuthBackendRole").map(({ inputs }) => inputs);

    deepEqual(
      roles.map(({ role, boundIamPrincipalArns, ...rest }) => [role, boundIamPrincipalArns, rest]),
      [one, "arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0a"].map((bound, index) => [
        Object.values(made.loginRoles)[index],
        [bound],
        { backend: "homing-login", authType: "iam", resolveAwsUniqueIds: false, ...token },
      ]),
    );
  });

  it("are let in by login jwt as the subject that their tokens name, for the mover's audience", async () => {
    const made = await make({ login: jwtWith() });
    const roles = ofType(made, ":AuthBackendRole").map(({ inputs }) => inputs);

    deepEqual(
      roles.map(({ roleName, boundSubject, ...rest }) => [roleName, boundSubject, rest]),
      [one, inPath].map((arn) => [
        made.loginRoles[arn],
        arn,
        {
          backend: "homing-login",
          roleType: "jwt",
          userClaim: "sub",
          boundAudiences: ["https://vault.example.com"],
          ...token,
        },
      ]),
    );
    deepEqual(
      ofType(made, ":EntityAlias").map(({ inputs }) => inputs.name),
      [one, inPath],
    );
  });

  it("have an entity each, which tells whose it is, and can be taken away", async () => {
    const made = await make();
    const entities = ofType(made, ":Entity");

    deepEqual(
      entities.map(({ inputs, protect, retainOnDelete }) => [inputs.name, inputs.metadata, protect, retainOnDelete]),
      [one, inPath].map((iamRole) => [made.loginRoles[iamRole], { iamRole }, false, false]),
    );
    deepEqual(
      made.entityIds,
      entities.map(({ name }) => `${name}-id`),
    );
    deepEqual(
      ofType(made, ":EntityAlias").map(({ inputs }) => inputs.canonicalId),
      made.entityIds,
    );
  });

  it("are the same whatever their order, and two roles of one name in two accounts are two", async () => {
    const other = "arn:aws:iam::444455556666:role/one";
    const namesOf = ({ resources }: Recording) => resources.map(({ type, name }) => `${type} ${name}`).sort();

    const forth = await make({ roleArns: [one, other] });
    const back = await make({ roleArns: [other, one] });

    deepEqual(namesOf(forth), namesOf(back));
    deepEqual(forth.loginRoles, back.loginRoles);
    equal(new Set(Object.values(forth.loginRoles)).size, 2);
  });

  it("are none by default, and nothing is made", async () => {
    const made = await make({ roleArns: [] });

    deepEqual([typesOf(made), made.entityIds, made.loginRoles], [[], [], {}]);
    ok(made.resources.length === 0);
  });
});

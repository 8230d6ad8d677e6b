import { deepEqual } from "node:assert/strict";
import { vaultAwsRole } from "../../../policy/rules/vaultAwsRole";
import { vaultJwtRole } from "../../../policy/rules/vaultJwtRole";
import { judge, rowsFor, unknownValue } from "../support/judge";

const life = { tokenTtl: 900, tokenMaxTtl: 3600 };
const arn = "arn:aws:iam::111122223333:role/app";
const awsType = "vault:aws/authBackendRole:AuthBackendRole";

describe("the rule vault-aws-role", () => {
  const bound = { boundIamPrincipalArns: [arn] };
  rowsFor(vaultAwsRole, awsType, [
    ["an exact principal", { ...bound, ...life }],
    ["an exact principal with batch tokens", { ...bound, tokenTtl: 900, tokenType: "batch" }],
    ["a principal that is not known yet", { boundIamPrincipalArns: [unknownValue], ...life }],
    ["principals that are not known yet", { boundIamPrincipalArns: unknownValue, ...life }],
    ["times that are not known yet", { ...bound, tokenTtl: unknownValue, tokenMaxTtl: unknownValue }],
    ["a pattern", { boundIamPrincipalArns: ["arn:aws:iam::1:role/*"], ...life }, /bound to the pattern/],
    [
      "a pattern beside one that is not known yet",
      { boundIamPrincipalArns: [unknownValue, "*"], ...life },
      /bound to the pattern/,
    ],
    ["a login by principal", { authType: "iam", ...bound, ...life }],
    ["a login that is not known yet", { authType: unknownValue, ...bound, ...life }],
    ["no principal", life, /bound to no principal/],
    ["an empty list", { boundIamPrincipalArns: [], ...life }, /bound to no principal/],
    ["a login by instance", { authType: "ec2", boundAmiIds: ["ami-1"], ...life }, /does not log in by "iam"/],
    ["no time limit", bound, /has no tokenTtl of at most 3600 seconds/],
    [
      "a time limit of nothing, which is the server's own",
      { ...bound, tokenTtl: 0, tokenMaxTtl: 0 },
      /has no tokenTtl/,
    ],
    ["two hours", { ...bound, tokenTtl: 7200, tokenMaxTtl: 7200 }, /has no tokenTtl/],
    ["renewals without end", { ...bound, tokenTtl: 900 }, /has no tokenMaxTtl/],
    ["renewals with an explicit end", { ...bound, tokenTtl: 900, tokenExplicitMaxTtl: 3600 }],
    ["a period of nothing", { ...bound, ...life, tokenPeriod: 0 }],
    ["a period that is not known yet", { ...bound, ...life, tokenPeriod: unknownValue }],
    ["periodic tokens", { ...bound, ...life, tokenPeriod: 60 }, /renewed for ever/],
  ]);

  it("takes another time limit as its parameter", () => {
    const role = { type: awsType, props: { ...bound, ...life } };

    deepEqual(judge(vaultAwsRole, role, { maxTtlSeconds: 600 }).length, 2);
  });
});

describe("the rule vault-jwt-role", () => {
  const noSubject = { roleType: "jwt", boundAudiences: ["vault"], ...life };
  const good = { ...noSubject, boundSubject: arn };
  rowsFor(vaultJwtRole, "vault:jwt/authBackendRole:AuthBackendRole", [
    ["type, audience and subject", good],
    ["the subject as a claim", { ...noSubject, boundClaims: { sub: arn } }],
    ["values that are not known yet", { ...good, boundAudiences: unknownValue, boundSubject: unknownValue }],
    ["a type that is not known yet", { ...good, roleType: unknownValue }],
    ["a subject as a claim that is not known yet", { ...noSubject, boundClaims: { sub: unknownValue } }],
    ["a subject with a star that is no pattern", { ...noSubject, boundClaims: { sub: "arn:*" } }],
    ["a subject without a star, by pattern", { ...noSubject, boundClaims: { sub: arn }, boundClaimsType: "glob" }],
    [
      "a pattern among the subjects",
      { ...noSubject, boundClaims: { sub: [arn, "arn:*"] }, boundClaimsType: "glob" },
      /every subject/,
    ],
    ["claims that are not known yet", { ...noSubject, boundClaims: unknownValue }],
    ["the default type, which is for people", { ...good, roleType: undefined }, /not of the roleType "jwt"/],
    ["the type oidc", { ...good, roleType: "oidc" }, /not of the roleType "jwt"/],
    ["no audience", { ...good, boundAudiences: [] }, /name this Vault's audience/],
    ["an empty audience", { ...good, boundAudiences: [""] }, /name this Vault's audience/],
    ["no subject", noSubject, /every subject/],
    [
      "a pattern as the subject",
      { ...noSubject, boundClaims: { sub: "arn:*" }, boundClaimsType: "glob" },
      /every subject/,
    ],
    ["other claims only", { ...noSubject, boundClaims: { aud: "vault" } }, /every subject/],
    ["a day", { ...good, tokenTtl: 86_400, tokenMaxTtl: 86_400 }, /has no tokenTtl of at most 3600/],
  ]);
});

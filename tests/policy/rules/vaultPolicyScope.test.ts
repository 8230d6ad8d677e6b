import { deepEqual, ok } from "node:assert/strict";
import { moverRules, renderPolicy } from "../../../components/vault/vaultPolicy";
import { vaultPolicyScope as rule } from "../../../policy/rules/vaultPolicyScope";
import { grantsIn } from "../../../policy/vaultPolicyText";
import { judge, rowsFor, unknownValue } from "../support/judge";

const mover = {
  mount: "homing",
  account: "111122223333",
  region: "eu-west-1",
  homeTemplate: "aws/{account}/{region}/{name}",
};
const type = "vault:index/policy:Policy";
const path = (name: string, ...capabilities: string[]) => ({
  name: "pay-app",
  policy: `path "${name}" { capabilities = ${JSON.stringify(capabilities)} }`,
});

describe("the text of a Vault policy", () => {
  it("is read with comments, parameter lists, older words and several paths", () => {
    const text = `
      # "path" in a comment { is none
      name = "old"
      path "a/b/*" { // all of it
        policy = "write"
      }
      /* path "x" {} */
      path "c" {
        capabilities = [ "read", "sudo" ]
        allowed_parameters = { "k" = ["v", "}"] , "l" = [] }
        min_wrapping_ttl = "1h"
        control_group = { factor "ops" { identity { approvals = 2 } } }
      }`;

    deepEqual(grantsIn(text), [
      { path: "a/b/*", capabilities: ["create", "read", "update", "delete", "list"] },
      { path: "c", capabilities: ["read", "sudo"] },
    ]);
  });

  it("is read as JSON", () => {
    deepEqual(grantsIn('{"name":"x","path":{"a":{"capabilities":[]},"b":{}}}'), [
      { path: "a", capabilities: [] },
      { path: "b", capabilities: [] },
    ]);
    deepEqual(grantsIn("{}"), []);
    deepEqual(grantsIn('{"path":{"a/*":{"capabilities":["read"]}}}'), [{ path: "a/*", capabilities: ["read"] }]);
  });

  it("is not read when it is no policy", () => {
    for (const text of ["path {", 'path "a" { capabilities = ["read"', "grant all", 'path "a" capabilities']) {
      deepEqual(grantsIn(text), undefined, text);
    }
  });

  // What Vault 1.21.2 and OpenBao 2.7.2 grant by these texts was tried: update on path "a".
  const update = '{"capabilities":["update"]}';
  const read = '{"capabilities":["read"]}';
  const granting: readonly (readonly [what: string, text: string])[] = [
    ["a list of paths", `{"path":[{"a":${update}},{"b":${read}}]}`],
    ["a path that is given again", `{"path":{"a":${update},"a":${read}}}`],
    ["a list of paths that is given again", `{"path":{"a":${update}},"path":{"b":${read}}}`],
    ["capabilities that are given again", '{"path":{"a":{"capabilities":["update"],"capabilities":["read"]}}}'],
    ["a list of rules for a path", `{"path":{"a":[${update},${read}]}}`],
    ["a key with an escape in it", '{"p\\u0061th":{"a":{"capabilities":["upd\\u0061te"]}}}'],
    ["capabilities that are given again in HCL", 'path "a" { capabilities = ["update"]\n capabilities = ["read"] }'],
    ["a path that is given again in HCL", 'path "a" { capabilities = ["update"] } path "a" { policy = "read" }'],
    ["an escape in HCL", 'path "\\u0061" { capabilities = ["\\u0075pdate"] }'],
    ["a comma between paths in HCL", 'path "b" { policy = "read" }, path "a" { capabilities = ["update"] }'],
  ];
  for (const [what, text] of granting) {
    it(`is read with ${what}, so that no grant is lost`, () => {
      const grants = grantsIn(text) ?? [];

      ok(
        grants.some(({ path: name, capabilities }) => name === "a" && capabilities.includes("update")),
        JSON.stringify(grants),
      );
    });
  }

  const unreadable: readonly (readonly [what: string, text: string])[] = [
    ["rules one level too deep, which Vault lifts", `{"path":{"a":{"x":${update}}}}`],
    ["rules under a known name, which Vault lifts", `{"path":{"a":{"allowed_parameters":${update}}}}`],
    ["lists in a list of paths", `{"path":[[{"a":${update}}]]}`],
    ["a comma too many, which Vault takes", `{"path":{"a":${update},}}`],
    ["a path that is no object", '{"path":"a"}'],
    ["a rule that is no object", '{"path":{"a":["update"]}}'],
    ["another key", `{"paths":{"a":${update}}}`],
    ["a list", `[{"path":{"a":${update}}}]`],
    ["an escape of HCL alone", 'path "\\x61" { capabilities = ["update"] }'],
    ["a placeholder of HCL", 'path "secret/${"a"}" { capabilities = ["update"] }'],
    ["a path without quotes", 'path a { policy = "write" }'],
    ["two names", 'path "a" "x" { capabilities = ["update"] }'],
    ["a here-document", 'path "a" { comment = <<E\n}\nE\n capabilities = ["update"] }'],
    ["brackets that do not match", 'path "a" { comment = [}] capabilities = ["update"] }'],
    ["a path within a path", 'path "b" { path "a" { capabilities = ["update"] } }'],
    ["deep nesting", `{"path":${"[".repeat(5_000)}${"]".repeat(5_000)}}`],
  ];
  for (const [what, text] of unreadable) {
    it(`is not read with ${what}`, () => {
      deepEqual(grantsIn(text), undefined);
    });
  }

  it("is read as the mover's own is written", () => {
    const written = moverRules(mover);

    deepEqual(
      grantsIn(renderPolicy(written)),
      written.map(({ path: name, capabilities }) => ({ path: name, capabilities })),
    );
  });
});

describe("the rule vault-policy-scope", () => {
  rowsFor(rule, type, [
    ["everything", path("*", "read"), /path "\*", which begins with a wildcard/],
    ["every mount", path("+/data/a", "read"), /begins with a wildcard/],
    ["a denial of everything", path("*", "deny")],
    ["sudo", path("sys/audit", "read", "sudo"), /grants sudo on path "sys\/audit"/],
    ["writes to a whole mount", path("secret/*", "update"), /a whole mount/],
    ["writes to a whole KV mount", path("secret/data/*", "create"), /a whole mount/],
    ["writes to every team of a mount", path("secret/data/+/app", "patch"), /a whole mount/],
    ["deletes in a whole mount", path("secret/metadata/*", "delete"), /a whole mount/],
    ["writes below a prefix", path("secret/data/pay/*", "create", "update")],
    ["writes to names that begin alike", path("secret/data/pay-*", "update")],
    ["reads of a whole mount", path("secret/data/*", "read", "list")],
    ["calls of other engines", path("transit/encrypt/app", "update")],
    ["the mover's own", { policy: renderPolicy(moverRules(mover)) }],
    ["a policy that can't be read", { policy: "path {" }, /can't be read as HCL or JSON/],
    ["a text that is not known yet", { policy: unknownValue }],
  ]);

  const teams = [
    { team: "payments", policies: "pay-*", prefixes: ["secret/pay", "kv/eu/pay/"] },
    { team: "audit", policies: "audit", prefixes: ["secret/audit"] },
  ];
  const named = (name: string, where: string) => ({ ...path(where, "update"), name });
  rowsFor(
    rule,
    type,
    [
      ["a team's write below its prefix", named("pay-app", "secret/data/pay/app/*")],
      ["a team's write at its prefix on a mount of two segments", named("pay-app", "kv/eu/data/pay/x")],
      [
        "a team's write outside",
        named("pay-app", "secret/data/other/x"),
        /outside secret\/pay and kv\/eu\/pay\/ of the team payments/,
      ],
      [
        "a team's write to a name that only begins like its prefix",
        named("pay-app", "secret/data/payroll/x"),
        /outside/,
      ],
      ["a write to another team's part", named("audit", "secret/data/pay/x"), /outside secret\/audit/],
      ["a write by no team to a team's part", named("web", "secret/data/audit/x"), /belongs to the team audit/],
      ["a write by no team elsewhere", named("web", "secret/data/web/x")],
    ],
    { teams },
  );

  it("refuses teams whose parts overlap or are none", () => {
    const one = (team: string, policies: string, ...prefixes: string[]) => ({ team, policies, prefixes });

    deepEqual(rule.faults({ teams }), []);
    deepEqual(rule.faults({ teams: [one("a", "a*", "s/x"), one("b", "b*", "s/xy")] }), []);
    deepEqual(rule.faults({ teams: [one("a", "a*", "s/x", "s/x/y")] }), [], "a team overlaps itself without harm");
    deepEqual(rule.faults({ teams: [one("a", "a*", "s/x"), one("b", "b*", "/s/x/")] }), [
      "teams: the prefix s/x of a overlaps s/x of b",
    ]);
    deepEqual(rule.faults({ teams: [one("a", "*", "s/*"), one("b", "b", "s")] }).length, 4);
  });

  it("takes a policy without a name by its resource's", () => {
    const { policy } = path("secret/data/pay/x", "update");

    deepEqual(judge(rule, { type, name: "pay-app", props: { policy } }, { teams }), []);
    deepEqual(judge(rule, { type, name: "web", props: { policy } }, { teams }).length, 1);
  });
});

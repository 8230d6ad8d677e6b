import { deepEqual, ok } from "node:assert/strict";
import { array, assert, constantFrom, nat, property, record, stringMatching } from "fast-check";
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

  const deep = [
    { team: "payments", policies: "payments-*", prefixes: ["secret/payments/eu"] },
    { team: "ledger", policies: "ledger", prefixes: ["kv/eu/ledger/"] },
  ];
  const stranger = (where: string, ...capabilities: string[]) => ({
    ...path(where, ...(capabilities.length > 0 ? capabilities : ["update"])),
    name: "web",
  });
  const reaches = /may write to path .* (belongs to the team|which is outside|a whole mount)/;
  rowsFor(
    rule,
    type,
    [
      ["a stranger above a team's part", stranger("secret/data/payments/*"), /belongs to the team payments/],
      ["a stranger far above it", stranger("secret/data/pay*"), /belongs to the team payments/],
      ["a stranger whose wildcard cuts a name of it", stranger("secret/data/payments/e*"), reaches],
      ["a stranger at names that begin like it", stranger("secret/data/payments/eu*"), reaches],
      ["a stranger beside it by a segment of any name", stranger("secret/data/payments/+"), reaches],
      ["a stranger below it by a segment of any name", stranger("secret/data/payments/+/db"), reaches],
      ["a stranger by any KV segment", stranger("secret/+/payments/eu/x"), reaches],
      ["a stranger by any first folder", stranger("secret/data/+/eu/x"), reaches],
      ["a stranger above it in KV version 1", stranger("secret/payments/*"), reaches],
      ["a stranger above it with a slash before", stranger("/secret/data/payments/*"), reaches],
      ["a stranger who deletes above it", stranger("secret/metadata/payments/*", "delete"), reaches],
      ["a stranger who destroys above it", stranger("secret/destroy/payments/*"), reaches],
      ["a stranger with a wildcard amid the path", stranger("secret/data/pay*/eu/x"), reaches],
      ["a stranger whose folder is of the token's choice", stranger("secret/data/{{identity.entity.name}}/*"), reaches],
      ["a stranger whose name is of the token's choice", stranger("secret/data/payments/{{identity.x}}"), reaches],
      ["a stranger who recovers above it", stranger("secret/data/payments/*", "recover"), reaches],
      ["a stranger with a capability that is yet to come", stranger("secret/data/payments/*", "overwrite"), reaches],
      ["a whole mount by the start of a KV segment", stranger("secret/d*"), /a whole mount/],
      ["a whole mount by the start of another KV segment", stranger("secret/me*", "delete"), /a whole mount/],
      ["a stranger above a part on a mount of two segments", stranger("kv/eu/*"), reaches],
      ["a stranger above it with KV's segment", stranger("kv/eu/data/*"), reaches],
      ["a stranger above it with KV's segment further up", stranger("kv/data/eu/*"), reaches],
      ["a stranger above it by a cut name", stranger("kv/e*"), reaches],
      ["a stranger above it by a segment of any name within", stranger("kv/eu/+/ledger"), reaches],
      ["a team above its own part", { ...stranger("secret/data/payments/*"), name: "payments-app" }, reaches],
      ["a team at another's part", { ...stranger("secret/data/payments/*"), name: "ledger" }, reaches],
      ["every mount by a template", stranger("{{identity.entity.name}}/x", "read"), /begins with a wildcard/],
      ["a team's own part with a slash before it", { ...stranger("/secret/payments/eu/x"), name: "payments-a" }],
      ["a stranger beside a team's part", stranger("secret/data/payments/us/*")],
      ["a stranger at a name that only begins like it", stranger("secret/data/payments/europe/*")],
      ["a stranger above it who only reads", stranger("secret/data/payments/*", "read", "list", "subscribe", "scan")],
      ["a stranger's denial above it", stranger("secret/data/payments/*", "deny")],
      ["a denial that beats a write and sudo", stranger("secret/*", "update", "sudo", "deny")],
      ["a stranger's own folder by the token's name", stranger("secret/data/web/{{identity.entity.name}}/*")],
      ["a stranger's segments of any name below its own folder", stranger("secret/data/web/+/eu/*")],
      ["another mount with the same folders", stranger("kv/data/payments/eu/*")],
      [
        "a team's segments of any name below its part",
        { ...stranger("secret/data/payments/eu/+/db"), name: "payments-a" },
      ],
    ],
    { teams: deep },
  );

  it("refuses a stranger whatever is widened of a path that it refuses", () => {
    const name = stringMatching(/^[a-z]{1,6}$/);
    const names = array(name, { minLength: 1, maxLength: 3 });
    const refused = record({
      mount: names,
      segment: constantFrom("", "data/", "metadata/", "delete/", "undelete/", "destroy/", "subkeys/"),
      folders: names,
      below: array(name, { maxLength: 2 }),
    });
    const cut = record({ from: nat(), length: nat({ max: 8 }) });
    const places = array(nat(), { maxLength: 2 });
    const cuts = array(cut, { maxLength: 2 });
    const putAt = (where: string, place: number, wildcard: string): string => {
      const segments = where.split("/");
      return segments.map((one, index) => (index === place % segments.length ? wildcard : one)).join("/");
    };

    assert(
      property(refused, places, cuts, places, (path, pluses, stars, templates) => {
        const { mount, segment, folders, below } = path;
        const exact = `${mount.join("/")}/${segment}${[...folders, ...below].join("/")}`;
        const withPluses = pluses.reduce((where, place) => putAt(where, place, "+"), exact);
        const withStars = stars.reduce((where, { from, length }) => {
          const start = from % where.length;
          return `${where.slice(0, start)}*${where.slice(start + length)}`;
        }, withPluses);
        const wide = templates.reduce((where, place) => putAt(where, place, "{{identity.x}}"), withStars);
        const prefix = [...mount, ...folders].join("/");
        const owners = [{ team: "owner", policies: "owner-*", prefixes: [prefix] }];

        ok(judge(rule, { type, props: stranger(wide) }, { teams: owners }).length > 0, `${wide} over ${prefix}`);
      }),
      { numRuns: 2_000 },
    );
  });

  rowsFor(
    rule,
    type,
    [
      ["writes among reads of a whole mount", path("secret/*", "read", "update"), /a whole mount/],
      ["a mount whose name is one of KV's segments", stranger("data/pay/*")],
      ["a name that only begins like one of KV's segments", stranger("secret/d")],
      ["a folder of such a name", stranger("secret/me/*")],
      ["a cut name in a folder of such a name", stranger("secret/d/m*")],
      ["a segment of any name above a part, which is one segment", stranger("secret/a/+")],
      ["two segments of any name, which are a part", stranger("secret/a/+/+"), /belongs to the team deep/],
      ["a team's own part with slashes before and behind", { ...stranger("//secret/a/b/c//"), name: "deep" }],
      ["a team with another folder within its prefix", { ...stranger("secret/x/a/b/c/d"), name: "deep" }, /outside/],
      ["a team on a mount whose name is one of KV's", { ...stranger("data/secret/a/b/c"), name: "deep" }, /outside/],
    ],
    { teams: [{ team: "deep", policies: "deep", prefixes: ["//secret/a/b/c//"] }] },
  );

  it("refuses teams whose parts overlap or are none", () => {
    const one = (team: string, policies: string, ...prefixes: string[]) => ({ team, policies, prefixes });

    deepEqual(rule.faults({ teams }), []);
    deepEqual(rule.faults({ teams: [one("a", "a*", "s/x"), one("b", "b*", "s/xy")] }), []);
    deepEqual(rule.faults({ teams: [one("a", "a*", "s/x", "s/x/y")] }), [], "a team overlaps itself without harm");
    deepEqual(rule.faults({ teams: [one("a", "a*", "s/x"), one("b", "b*", "/s/x/")] }), [
      "teams: the prefix s/x of a overlaps s/x of b",
    ]);
    deepEqual(
      rule
        .faults({ teams: [one("a", "*", "s/*"), one("b", "b", "s"), one("c", "c", "/")] })
        .map((fault) => fault.split(/ (?:has|must|overlaps) /)[0]),
      [
        "teams: policies",
        'teams: the prefix "s/*" of a',
        'teams: the prefix "s" of b',
        'teams: the prefix "" of c',
        "teams: the prefix s/* of a",
      ],
    );
    deepEqual(rule.faults({}), []);
  });

  it("takes a policy without a name by its resource's", () => {
    const { policy } = path("secret/data/pay/x", "update");

    deepEqual(judge(rule, { type, name: "pay-app", props: { policy } }, { teams }), []);
    deepEqual(judge(rule, { type, name: "web", props: { policy } }, { teams }).length, 1);
  });
});

import { deepEqual, equal, ok } from "node:assert/strict";
import { moverRules, renderPolicy } from "../../../components/vault/vaultPolicy";
import { homePath, templateRecordPath } from "../../../runtime/model/path";
import { account, moverSettings, region } from "../../support/builders";

const place = { mount: "kv/team", account, region, homeTemplate: "aws/{account}/{region}/{name}" };

describe("the mover's Vault policy", () => {
  it("allows writing and reading the homes of account and region, changing their labels, one record, and a look at who rotates", () => {
    deepEqual(moverRules(place), [
      { path: "kv/team/data/aws/111122223333/eu-west-1/*", capabilities: ["create", "update", "read"] },
      {
        path: "kv/team/metadata/aws/111122223333/eu-west-1/*",
        capabilities: ["read", "patch"],
        allowedParameters: { custom_metadata: [] },
      },
      { path: "kv/team/data/~homing/111122223333/eu-west-1", capabilities: ["create", "read"] },
      { path: "kv/team/metadata/~homing/rotation/111122223333/eu-west-1/*", capabilities: ["read"] },
    ]);
  });

  it("covers every home of its own and none of another account or region, whatever the template", () => {
    for (const homeTemplate of [
      "aws/{account}/{region}/{name}",
      "aws/{region}-{account}/{name}",
      "a/b/{account}/x/{region}/{name}",
      `aws/${account}/${region}/{name}`,
    ]) {
      const covers = (other: { readonly account: string; readonly region: string }): boolean => {
        const home = `kv/team/data/${homePath(moverSettings({ homeTemplate, ...other }), "app/db")}`;
        return moverRules({ ...place, homeTemplate }).some(
          ({ path }) => path.endsWith("*") && home.startsWith(path.slice(0, -1)),
        );
      };

      ok(covers({ account, region }), homeTemplate);
      if (!homeTemplate.includes("{account}")) continue;
      equal(covers({ account: "111122223334", region }), false, homeTemplate);
      // The name of one region is the beginning of another's.
      equal(covers({ account, region: "eu-west-11" }), false, homeTemplate);
      equal(covers({ account, region: "eu-west-2" }), false, homeTemplate);
    }
  });

  it("has an entry of its own to record in, which nothing else of it covers", () => {
    const record = `kv/team/data/${templateRecordPath({ account, region })}`;
    const covering = moverRules(place).filter(
      ({ path }) => path === record || (path.endsWith("*") && record.startsWith(path.slice(0, -1))),
    );

    deepEqual(
      covering.map(({ capabilities }) => capabilities),
      [["create", "read"]],
    );
  });

  it("is written as Vault reads it", () => {
    const policy = renderPolicy(moverRules({ ...place, mount: "homing" }));

    equal(
      policy,
      [
        'path "homing/data/aws/111122223333/eu-west-1/*" {',
        '  capabilities = ["create","update","read"]',
        "}",
        "",
        'path "homing/metadata/aws/111122223333/eu-west-1/*" {',
        '  capabilities = ["read","patch"]',
        "  allowed_parameters = {",
        '    "custom_metadata" = []',
        "  }",
        "}",
        "",
        'path "homing/data/~homing/111122223333/eu-west-1" {',
        '  capabilities = ["create","read"]',
        "}",
        "",
        'path "homing/metadata/~homing/rotation/111122223333/eu-west-1/*" {',
        '  capabilities = ["read"]',
        "}",
        "",
      ].join("\n"),
    );
  });
});

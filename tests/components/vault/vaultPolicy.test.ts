import { deepEqual, equal } from "node:assert/strict";
import { moverRules, renderPolicy } from "../../../components/vault/vaultPolicy";

describe("the mover's Vault policy", () => {
  it("allows writing and reading homes, reading metadata and changing labels", () => {
    const rules = moverRules("kv/team", "aws");

    deepEqual(rules, [
      { path: "kv/team/data/aws/*", capabilities: ["create", "update", "read"] },
      {
        path: "kv/team/metadata/aws/*",
        capabilities: ["read", "patch"],
        allowedParameters: { custom_metadata: [] },
      },
    ]);
  });

  it("is written as Vault reads it", () => {
    const policy = renderPolicy(moverRules("homing", "aws"));

    equal(
      policy,
      [
        'path "homing/data/aws/*" {',
        '  capabilities = ["create","update","read"]',
        "}",
        "",
        'path "homing/metadata/aws/*" {',
        '  capabilities = ["read","patch"]',
        "  allowed_parameters = {",
        '    "custom_metadata" = []',
        "  }",
        "}",
        "",
      ].join("\n"),
    );
  });
});

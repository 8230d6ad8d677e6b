import * as assert from "node:assert/strict";
import { matches } from "../../../local/proxy/rolePolicies";

const force = "secretsmanager:forcedeletewithoutrecovery";
const days = "secretsmanager:recoverywindowindays";
const ask = (keys: Record<string, string>) => ({
  action: "secretsmanager:DeleteSecret",
  resource: "arn:aws:secretsmanager:us-east-1:000000000000:secret:app/db-abcdef",
  keys,
});
const deny = (over: object) => ({
  Effect: "Deny",
  ...("NotAction" in over ? {} : { Action: "secretsmanager:DeleteSecret" }),
  Resource: "*",
  ...over,
});
const onForce = { Bool: { "secretsmanager:ForceDeleteWithoutRecovery": "true" } };
const under7 = { NumericLessThan: { "secretsmanager:RecoveryWindowInDays": "7" } };

describe("a Deny statement with DeleteSecret's condition keys", () => {
  const table: readonly (readonly [string, object, Record<string, string>, boolean])[] = [
    ["matches a force-delete", { Condition: onForce }, { [force]: "true" }, true],
    ["does not match a delete that says it is not forced", { Condition: onForce }, { [force]: "false" }, false],
    ["matches a short window", { Condition: under7 }, { [days]: "6" }, true],
    ["does not match the bound itself", { Condition: under7 }, { [days]: "7" }, false],
    ["does not match when its key is absent from the call", { Condition: under7 }, { [force]: "true" }, false],
    ["needs all of its conditions", { Condition: { ...onForce, ...under7 } }, { [force]: "true" }, false],
    ["without a condition is left to the emulator", {}, { [force]: "true" }, false],
    [
      "follows wildcards in actions, without case",
      { Action: "SecretsManager:Del*", Condition: onForce },
      { [force]: "true" },
      true,
    ],
    ["follows NotAction", { NotAction: ["s3:*"], Condition: onForce }, { [force]: "true" }, true],
    [
      "follows resources",
      { Resource: "arn:aws:secretsmanager:*:*:secret:app/*", Condition: onForce },
      { [force]: "true" },
      true,
    ],
    ["leaves other resources alone", { Resource: ["arn:aws:s3:::*"], Condition: onForce }, { [force]: "true" }, false],
    [
      "reads a boolean as text",
      { Condition: { Bool: { "secretsmanager:ForceDeleteWithoutRecovery": true } } },
      { [force]: "true" },
      true,
    ],
  ];
  for (const [name, over, keys, expected] of table) {
    it(name, () => {
      assert.equal(matches(deny(over), ask(keys)), expected);
    });
  }

  it("beside an operator that is not understood fails loudly", () => {
    const Condition = { ...onForce, StringLike: { "aws:username": "x" } };

    assert.throws(() => matches(deny({ Condition }), ask({ [force]: "true" })), /cannot evaluate StringLike/);
  });
});

import { deepEqual, doesNotThrow, throws } from "node:assert/strict";

import { requireNamed, targetOf } from "../../cli/target";
import { arnOf, moverSettings } from "../support/builders";
import { pathOf } from "../support/world";

const settings = moverSettings({ namePrefix: "app/" });
const arnIn = (place: string, name = "app/db-AbCdEf"): string => `arn:aws:secretsmanager:${place}:secret:${name}`;

describe("what a person names", () => {
  for (const [what, text, id, suffix] of [
    ["a name", "app/db", "app/db", undefined],
    ["an ARN", arnOf("app/db"), arnOf("app/db"), "AbCdEf"],
    ["a home", `homing/${pathOf("app/db")}`, "app/db", undefined],
  ] as const) {
    it(`is a secret and its home, by ${what}`, () => {
      const expected = { name: "app/db", path: pathOf("app/db"), id };
      deepEqual(targetOf(text, settings), suffix === undefined ? expected : { ...expected, suffix });
    });
  }

  for (const [what, text, says] of [
    ["an ARN of another account", arnIn("eu-west-1:444455556666"), /account 111122223333, region eu-west-1/],
    ["an ARN of another region", arnIn("us-east-1:111122223333"), /account 111122223333, region eu-west-1/],
    ["an ARN of another service", "arn:aws:s3:::app", /"arn:aws:s3:::app" is no ARN of a secret/],
    [
      "a text that is no name",
      "app/d b",
      /"app\/d b" names no secret: .* its home as homing\/aws\/.*\/eu-west-1\/<name>/,
    ],
    ["a home without a name", `homing/${pathOf("")}`, /names no secret/],
    ["a name outside the prefix", "dev/db", /^Error: dev\/db is outside the deployment's namePrefix app\//],
    ["a name that only ends with the prefix", "dev/app/", /outside the deployment's namePrefix/],
    ["an ARN outside the prefix", arnOf("dev/db"), /outside the deployment's namePrefix/],
  ] as const) {
    it(`is refused where it is ${what}`, () => {
      throws(() => targetOf(text, settings), says);
    });
  }
});

describe("what AWS finds by what a person named", () => {
  const found = { arn: arnOf("app/db-config"), name: "app/db-config" };
  const another = arnOf("app/db-config", "Zzzzzz");

  it("is the secret meant where the name, or the whole ARN, is the same", () => {
    for (const text of [found.name, found.arn]) {
      doesNotThrow(() => {
        requireNamed(targetOf(text, settings), found);
      }, text);
    }
  });

  for (const [what, text, says] of [
    ["an ARN without its random characters", found.arn.slice(0, -7), /:secret:app\/db-config" is not the whole ARN of/],
    [
      "the ARN of another secret of this name",
      another,
      /ARN of app\/db-config, .*: give the name, or the ARN with its six/,
    ],
    ["another name", "app/db", /"app\/db" is not the whole ARN of app\/db-config/],
  ] as const) {
    it(`is refused for ${what}`, () => {
      throws(() => {
        requireNamed(targetOf(text, settings), found);
      }, says);
    });
  }
});

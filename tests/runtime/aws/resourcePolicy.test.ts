import { equal } from "node:assert/strict";

import { letsServiceIn } from "../../../runtime/aws/resourcePolicy";

const policy = (...statements: unknown[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });

describe("letsServiceIn", () => {
  for (const [what, text, expected] of [
    ["a service", policy({ Effect: "Allow", Principal: { Service: "kafka.amazonaws.com" } }), true],
    ["a list of services", policy({ Effect: "Allow", Principal: { Service: ["a.amazonaws.com", "b"] } }), true],
    ["a service beside an account", policy({ Effect: "Allow", Principal: { AWS: "1", Service: "a" } }), true],
    [
      "a service in the second statement",
      policy({ Effect: "Allow", Principal: "*" }, { Effect: "Allow", Principal: { Service: "a" } }),
      true,
    ],
    ["one statement that is no list", '{"Statement":{"Effect":"Allow","Principal":{"Service":"a"}}}', true],
    ["an account", policy({ Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:root" } }), false],
    ["everybody", policy({ Effect: "Allow", Principal: "*" }), false],
    ["a service that is denied", policy({ Effect: "Deny", Principal: { Service: "a" } }), false],
    ["an empty list of services", policy({ Effect: "Allow", Principal: { Service: [] } }), false],
    ["no statement", "{}", false],
    ["null", "null", false],
    ["what is not JSON", "{", true],
  ] as const) {
    it(`${expected ? "finds" : "finds no"} service in a policy of ${what}`, () => {
      equal(letsServiceIn(text), expected);
    });
  }
});

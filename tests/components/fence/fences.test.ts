import { deepEqual, equal } from "node:assert/strict";
import { fenceDocument } from "../../../components/fence/fenceDocument";
import { fencePolicy, fenceRules, packConfig } from "../../../components/fence/fences";
import { configurationFaults } from "../../../policy/configuration";
import { rules } from "../../../policy/rules";
import { account, region } from "../../support/mocks";

const list = { exemptNames: ["legacy/*"], serviceReadNames: ["glue/*"] };
const principals = [`arn:aws:iam::${account}:role/ci-*`];
const settings = {
  ...list,
  fencePrincipals: principals,
  operatorRoleArns: [`arn:aws:iam::${account}:role/operator`],
  homeTemplate: "aws/{account}/{region}/{name}",
  mount: "homing",
  namePrefix: "",
};
const made = fenceRules(
  { partition: "aws" },
  [region, "us-east-1"],
  [`arn:aws:iam::${account}:role/a`, `arn:aws:iam::${account}:role/b`],
  settings,
);

describe("the fences of a stack", () => {
  it("are made of the mover's list, as a document", () => {
    deepEqual(
      JSON.parse(fencePolicy(made, settings)),
      fenceDocument({
        ...list,
        partition: "aws",
        regions: [region, "us-east-1"],
        principals,
        taggers: ["arn:aws:iam::*:role/a", "arn:aws:iam::*:role/b", `arn:aws:iam::${account}:role/operator`],
      }),
    );
  });

  it("are made of the same list for the policy pack, which takes it", () => {
    const configured = JSON.parse(packConfig(account, [region, "us-east-1"], settings)) as Record<
      string,
      Record<string, unknown>
    >;

    deepEqual(configured, {
      "no-secrets-manager-secret": { ...list, homes: `homing/aws/${account}/<region>/{name}` },
    });
    deepEqual(configurationFaults(rules, configured), []);
  });

  it("name the region to the pack where there is one", () => {
    equal(packConfig(account, [region], settings).includes(`homing/aws/${account}/${region}/{name}`), true);
  });

  it("have no document where the mover works under a prefix only", () => {
    equal(fencePolicy(made, { ...settings, namePrefix: "app/" }), "");
  });
});

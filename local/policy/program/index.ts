/** What is previewed under the policy pack: the passing or the failing resources of every rule, or a single secret. */
import { secretsmanager } from "@pulumi/aws";
import { Config } from "@pulumi/pulumi";
import { pairs } from "../programs";

const config = new Config();
const make = config.require("make");

switch (make) {
  case "passing":
  case "failing":
    for (const [rule, pair] of Object.entries(pairs)) pair[make](rule);
    break;
  case "secret":
    new secretsmanager.Secret("next-database", { name: config.require("secretName") });
    break;
  default:
    throw new Error(`make ${make}: use passing, failing or secret`);
}

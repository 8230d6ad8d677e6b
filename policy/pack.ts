/** The policy pack: `pulumi preview --policy-pack policy`. */
import { PolicyPack } from "@pulumi/policy";
import { withConfigurationCheck } from "./configuration";
import { rules } from "./rules";

withConfigurationCheck(rules, () => {
  new PolicyPack("homing", { policies: [...rules], enforcementLevel: "mandatory" });
});

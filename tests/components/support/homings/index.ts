/** What is previewed of homing as a part of another program. */
import { Config } from "@pulumi/pulumi";
import { Homing } from "../../../../components/homing";
import type { HomingArgs } from "../../../../components/homingArgs";

const make = new Config().require("make");
const args: HomingArgs = { vaultAddress: "https://vault.example.com:8200", namePrefix: "app/" };

switch (make) {
  case "two":
    new Homing("homing", args);
    new Homing("second", {
      ...args,
      mount: "second",
      loginPath: "second",
      namePrefix: "other/",
      sweepEnabled: false,
    });
    break;
  case "twins":
    new Homing("homing", args);
    new Homing("homing", { ...args, mount: "second", loginPath: "second", namePrefix: "other/" });
    break;
  case "elsewhere":
    new Homing("homing", { ...args, regions: ["us-east-1", "eu-west-1"] });
    break;
  case "transformed":
    new Homing("homing", args, {
      transforms: [
        ({ type, props, opts }) =>
          type === "aws:sqs/queue:Queue" ? { props: { ...props, sqsManagedSseEnabled: false }, opts } : undefined,
      ],
    });
    break;
  default:
    throw new Error(`make ${make}: no such program`);
}

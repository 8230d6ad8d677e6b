/** Gives the user of a PostgreSQL database a new password every 30 days, or two users in turn. */
import { Config } from "@pulumi/pulumi";
import { readMoverStack, RotatingSecret } from "homing";
import type { RotationCallbacks } from "homing";

import { alternatingUsers } from "./alternatingUsers";
import { singleUser } from "./singleUser";

function callbacksFrom(config: Config): RotationCallbacks {
  const strategy = config.require("strategy");
  switch (strategy) {
    case "alternating users":
      return alternatingUsers(config.require("firstUser"), config.require("secondUser"));
    case "single user":
      return singleUser;
    default:
      throw new Error(`strategy is ${strategy}: it has to be "alternating users" or "single user"`);
  }
}

export = async () => {
  const config = new Config();
  const rotating = new RotatingSecret("database", {
    mover: await readMoverStack(config.require("moverStack")),
    secretName: config.require("secretName"),
    schedule: "rate(30 days)",
    overlapSeconds: config.requireNumber("overlapSeconds"),
    environment: { PGSSLMODE: config.require("sslMode") },
    packages: ["pg"],
    ...callbacksFrom(config),
  });
  return {
    functionName: rotating.functionName,
    pendingPath: rotating.pendingPath,
    vaultPolicyName: rotating.vaultPolicyName,
  };
};

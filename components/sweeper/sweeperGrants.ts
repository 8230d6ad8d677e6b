import type { iam } from "@pulumi/aws";
import { canList, canLog, canSend, onlyThisFunction } from "../aws/iam";
import type { MoverNames } from "../aws/names";

/** All that the sweeper's role may do: see which secrets there are, and name them to the mover. No value, no Vault. */
export const sweeperGrants = (names: MoverNames): readonly iam.PolicyStatement[] => [
  canList,
  canSend(names.queueArn),
  canLog(names.sweeperLogGroupArn),
  onlyThisFunction({ functionArn: names.sweeperArn }),
];

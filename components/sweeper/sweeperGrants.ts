import type { iam } from "@pulumi/aws";
import { canList, canLog, canSend, canUseQueueKey, onlyThisFunction } from "../aws/iam";
import type { MoverNames, Place } from "../aws/names";

/**
 * All that the sweeper's role may do: see which secrets there are, and name them to the mover. No value, no Vault.
 *
 * @param queueKey the key that the queues are encrypted with, and where it is; none for SQS's own
 */
export const sweeperGrants = (
  names: MoverNames,
  queueKey?: { readonly place: Place; readonly arn: string },
): readonly iam.PolicyStatement[] => [
  canList,
  canSend(names.queueArn),
  ...(queueKey === undefined ? [] : [canUseQueueKey(queueKey.place, queueKey.arn)]),
  canLog(names.sweeperLogGroupArn),
  onlyThisFunction({ functionArn: names.sweeperArn }),
];

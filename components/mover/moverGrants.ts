import type { iam } from "@pulumi/aws";
import { highestMode } from "../../runtime/shared/environment";
import type { MoverSettings } from "../../runtime/shared/environment";
import {
  canConsume,
  canDecrypt,
  canDescribe,
  canGetWebIdentityToken,
  canLog,
  canReadValues,
  canRemoveReplicas,
  canReplicateAgain,
  canRestoreTagged,
  canScheduleDeletion,
  canSend,
  canTagState,
  canUseQueueKey,
  canUseSubnets,
  neverForceDelete,
  neverShortenWindow,
  onlyThisFunction,
  secretsOf,
} from "../aws/iam";
import type { MoverNames, Place } from "../aws/names";

export interface GrantArgs {
  readonly place: Place;
  readonly names: MoverNames;
  readonly mover: Pick<
    MoverSettings,
    | "mode"
    | "modeRules"
    | "namePrefix"
    | "login"
    | "audience"
    | "signingAlgorithm"
    | "replicas"
    | "replicaRegions"
    | "formerEntityIds"
  >;
  /** Identity entity of the mover in Vault: its tags on secrets begin with it. */
  readonly entityId: string;
  readonly kmsKeyArns: readonly string[];
  readonly inSubnets: boolean;
  /** The key that the queues are encrypted with, unless it is SQS's own. */
  readonly encryptionKeyArn?: string | undefined;
}

/** All that the function's role may do: no more than the highest mode and the settings need. */
export function moverGrants(args: GrantArgs): readonly iam.PolicyStatement[] {
  const { place, names, mover, entityId, kmsKeyArns, inSubnets, encryptionKeyArn } = args;
  const secrets = secretsOf(place, mover.namePrefix);
  const highest = highestMode(mover);
  const copies = highest !== "audit";
  const moves = highest === "move";
  return [
    canDescribe(secrets),
    ...(copies
      ? [
          canReadValues(secrets),
          canDecrypt(place, kmsKeyArns, secrets),
          canRestoreTagged(secrets, [entityId, ...mover.formerEntityIds]),
          // Also where nothing is deleted: the tag of a deletion that was taken back follows each value that is copied.
          canTagState(secrets),
        ]
      : []),
    ...(moves ? [canScheduleDeletion(secrets, entityId)] : []),
    ...(moves && mover.replicas === "remove" ? [canRemoveReplicas(secrets)] : []),
    // Also after `replicas` was set back: what was removed before may have to come back.
    ...(copies && mover.replicaRegions.length > 0
      ? canReplicateAgain(place, mover.namePrefix, mover.replicaRegions)
      : []),
    neverForceDelete,
    neverShortenWindow,
    canConsume(names.queueArn),
    canSend(names.deadLetterQueueArn),
    ...(encryptionKeyArn === undefined ? [] : [canUseQueueKey(place, encryptionKeyArn)]),
    canLog(names.logGroupArn),
    ...(mover.login === "jwt" ? canGetWebIdentityToken(mover.audience, mover.signingAlgorithm) : []),
    ...(inSubnets ? canUseSubnets(names) : []),
    onlyThisFunction(names),
  ];
}

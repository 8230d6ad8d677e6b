/** All alarms: what each counts, when it goes off, and what it says. */
import type { OutcomeKind, Reason, RestoreCause } from "../../runtime/model/outcome";
import type { RetryCode } from "../../runtime/shared/errors";
import type { SweepKind } from "../../runtime/sweeper/sweep";

/** What the mover's function counts: see its telemetry. */
type MoverMetric =
  OutcomeKind | `${OutcomeKind}:${Reason}` | `restored:${RestoreCause}` | `retry:${"connection" | RetryCode}`;

/** Whose metric it is, and its name there. */
export type Metric =
  | { readonly of: "mover"; readonly name: MoverMetric }
  | { readonly of: "sweeper"; readonly name: "sweep" | `sweep:${SweepKind}` | "unwatched" | "unwatched-ending" }
  | { readonly of: "function"; readonly name: "Errors" }
  | { readonly of: "queue"; readonly name: "ApproximateAgeOfOldestMessage" }
  | { readonly of: "deadLetterQueue"; readonly name: "ApproximateNumberOfMessagesVisible" };

/** When it is an alarm: the statistic of a period is past the threshold in so many of the newest periods. */
interface Breach {
  readonly statistic: "Sum" | "Maximum";
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  /** Which side of the threshold is an alarm; default above. */
  readonly comparisonOperator?: "LessThanThreshold";
  /** What a period without any data counts as. Default `notBreaching`: nothing was counted, so nothing happened. */
  readonly treatMissingData?: "breaching" | "ignore";
}

export interface MoverAlarm {
  /** Ending of the alarm's name. */
  readonly key: string;
  readonly metric: Metric;
  readonly breach: Breach;
  /** What happened, then what to do: the alarm's description. */
  readonly means: string;
  readonly todo: string;
}

/**
 * One event is enough. Metrics out of log lines can be minutes late, and by then the period that they belong to may no
 * longer be the newest: three are looked at, and one of them suffices.
 */
const anyEvent: Breach = { statistic: "Sum", threshold: 0, period: 300, evaluationPeriods: 3, datapointsToAlarm: 1 };

/** SQS reports the state of a queue every minute for as long as there is something in it: one period is enough. */
const stateAbove = (threshold: number): Breach => ({
  statistic: "Maximum",
  threshold,
  period: 300,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
});

/**
 * A message that fails comes back after 15 minutes at the latest, so a way that is blocked shows in every quarter of
 * an hour. One of the four may be missed by the seconds that an attempt takes.
 */
const lastingEvents: Breach = {
  statistic: "Sum",
  threshold: 0,
  period: 900,
  evaluationPeriods: 4,
  datapointsToAlarm: 3,
};

/**
 * The sweep of all secrets looks at each one every day, so what stands is counted every day. The days are no calendar days:
 * they slide. What was refused for an hour and then solved can lie on both sides of an edge between two of them, so it
 * takes three; and a sweep that comes a minute late leaves one of them empty, so one of the four may be.
 */
const everyDay: Breach = {
  statistic: "Sum",
  threshold: 0,
  period: 24 * 60 * 60,
  evaluationPeriods: 4,
  datapointsToAlarm: 3,
};

/**
 * The sweep of all secrets counts once a day, a little earlier or later: in two days there is always a count. Without any
 * the alarm stays as it is, because a sweep that fails ends no danger.
 */
const dailyCount: Breach = {
  statistic: "Maximum",
  threshold: 0,
  period: 24 * 60 * 60,
  evaluationPeriods: 2,
  datapointsToAlarm: 1,
  treatMissingData: "ignore",
};

/** Nothing was counted in so many whole hours. */
const absentFor = (hours: number): Breach => ({
  statistic: "Sum",
  threshold: 1,
  period: 3600,
  evaluationPeriods: hours,
  datapointsToAlarm: hours,
  comparisonOperator: "LessThanThreshold",
  treatMissingData: "breaching",
});

const event = (name: MoverMetric): Pick<MoverAlarm, "metric" | "breach"> => ({
  metric: { of: "mover", name },
  breach: anyEvent,
});

/** All alarms. Each row costs what CloudWatch asks for one alarm on one metric. */
export const moverAlarms: readonly MoverAlarm[] = [
  {
    key: "dead-letters",
    metric: { of: "deadLetterQueue", name: "ApproximateNumberOfMessagesVisible" },
    breach: stateAbove(0),
    means:
      "The dead-letter queue holds a message that nobody could read, that failed for days, or that EventBridge could not deliver.",
    todo: "Look at its attributes and body, remove the cause, and put it back.",
  },
  {
    key: "oldest-message",
    metric: { of: "queue", name: "ApproximateAgeOfOldestMessage" },
    // SQS leaves a message out of this metric once it was received more than three times: this alarm tells of a queue
    // that nobody reads, and `upstream-failing` of messages that are read and fail.
    breach: stateAbove(60 * 60),
    means: "A message has waited for over an hour and was hardly tried: the queue is not read, or not fast enough.",
    todo: "See whether the setting enabled is true and the function is throttled; raise maxConcurrency for a backlog.",
  },
  {
    key: "upstream-failing",
    metric: { of: "mover", name: "retry:connection" },
    breach: lastingEvents,
    means:
      "For most of an hour the connection to Vault or AWS has failed, and moves had to be tried again. Nothing is lost, messages wait.",
    todo: "The log's lines 'again later' give code and step: a sealed or unreachable Vault, a refused login, throttling.",
  },
  {
    key: "function-errors",
    metric: { of: "function", name: "Errors" },
    breach: anyEvent,
    means:
      "The function ended with an error: a time limit, no memory, a setting it can't read, or a defect. Its messages come back.",
    todo: "Read the end of that invocation's log.",
  },
  {
    key: "defect",
    ...event("retry:defect"),
    means:
      "An error of this program ended the run of a secret. The secret stays as it is, and its message is tried again.",
    todo: "Report it with the log's line 'again later: defect', which names the secret and the kind of the error.",
  },
  {
    key: "failed",
    ...event("failed"),
    means:
      "A move ended in the middle: the home was deleted and written anew meanwhile, or Secrets Manager refused a step.",
    todo: "The outcome in the log names secret, home and reason. The source is still there or can be restored.",
  },
  {
    key: "unequal",
    ...event("refused:unequal"),
    means: "Vault gave back another value than was written. The source was not deleted.",
    todo: "Look for whatever changes values on the way: a proxy, a plugin, another writer at this path. Don't delete the source.",
  },
  {
    key: "home-deleted",
    ...event("refused:home-deleted"),
    means:
      "The current version of a home was deleted or destroyed in Vault while its source still exists or can be restored.",
    todo: "Undelete it in Vault or, within the recovery window, restore the secret; the outcome in the log names both.",
  },
  {
    key: "home-gone",
    ...event("restored:home-gone"),
    means: "A home was gone from Vault without a trace. The mover has taken the deletion of the source back.",
    todo: "Find out who removed the path, and check the homes beside it, above all those past their recovery window.",
  },
  {
    key: "undone-copied",
    ...event("copied:undone"),
    means:
      "The deletion of a secret was taken back, by a person or by the mover, and it has changed: the mover copies it and no longer deletes it.",
    todo: "Ask who still needs it in Secrets Manager. Let it move again with homing release, or exempt it.",
  },
  {
    key: "undone-unchanged",
    ...event("unchanged:undone"),
    means:
      "The deletion of a secret was taken back, by a person or by the mover. Its home holds the same value; the mover no longer deletes it.",
    todo: "Ask who still needs it in Secrets Manager. Let it move again with homing release, or exempt it.",
  },
  {
    key: "restore-denied",
    metric: { of: "mover", name: "retry:restore-denied" },
    breach: anyEvent,
    means:
      "AWS denies the mover to take a deletion back, and what was deleted is not safe in Vault. It is tried again.",
    todo: "Restore the secret by hand within its window: the log's line 'again later: restore-denied' names it. Then see who denies RestoreSecret.",
  },
  {
    key: "replicas-missing",
    metric: { of: "mover", name: "retry:replicas-missing" },
    breach: lastingEvents,
    means: "Replicas that a move removed are not back yet: Secrets Manager does not bring them in sync.",
    todo: "The log names the secret, its tag vault-mover the regions. See why ReplicateSecretToRegions fails there.",
  },
  {
    key: "replicas-not-allowed",
    ...event("refused:replicas-missing"),
    means: "A move removed replicas in regions that the setting replicaRegions no longer names: they are not put back.",
    todo: "Name the regions again, or replicate the secret by hand to those that its tag vault-mover names.",
  },
  {
    key: "tag-lost",
    ...event("refused:tag-lost"),
    means: "A secret that a move deleted has lost its tag vault-mover: the mover can't tell whether it was safe.",
    todo: "Compare the home with the secret: restore it within its window, or leave it if its home is right.",
  },
  {
    key: "tag-format",
    ...event("refused:tag-format"),
    means: "A secret has a tag vault-mover that is cut off or of another version of this program: it is left alone.",
    todo: "Find out who wrote the tag. Remove it, or write the word again into it, to let the secret move.",
  },
  {
    key: "label-format",
    ...event("refused:label-format"),
    means: "A home carries labels of a newer version of this program, or forged ones: its secret is left alone.",
    todo: "Deploy the newer version again, or find out who wrote the labels and remove them.",
  },
  {
    key: "access-denied",
    ...event("refused:access-denied"),
    means: "AWS denies the mover a step with a secret, and other secrets may meet the same: it stays where it is.",
    todo: "Look at the secret's resource policy, the organisation's policies and the role's boundary; the outcome in the log names the secret.",
  },
  {
    key: "undecryptable",
    ...event("refused:undecryptable"),
    means:
      "A secret's KMS key can't be used, because it is disabled, pending deletion or denied. If the key goes, a value that is not in Vault yet goes with it.",
    todo: "Keep the key: cancel its deletion, enable it, or allow the function's role to use it; the outcome in the log names the secret.",
  },
  {
    key: "refused-for-days",
    metric: { of: "mover", name: "refused" },
    breach: everyDay,
    means:
      "Secrets have been refused on three of the last four days. Until somebody decides, readers of Vault get what its homes hold, which may be old or missing.",
    todo: "homing status lists them with their reasons; homing resolve ends a refusal, an exemption ends it too.",
  },
  {
    key: "homes-moved",
    ...event("refused:homes-moved"),
    means: "The tag of a secret names another place of the homes than the settings: mount, path or namespace changed.",
    todo: "Set the setting back, or migrate the homes and name the former place in formerPlaces.",
  },
  {
    key: "deletion-unclaimed",
    ...event("refused:deletion-unclaimed"),
    means: "A secret is scheduled for deletion with a value that no mover proved to be in Vault.",
    todo: "Restore it with RestoreSecret within its recovery window, unless its owner deleted it on purpose.",
  },
  {
    key: "no-sweep",
    metric: { of: "sweeper", name: "sweep" },
    breach: absentFor(24),
    means: "No sweep has ended well in 24 hours: a secret whose event was lost is not found.",
    todo: "Read the end of the sweeper's log, and see whether its schedules are on. After a first deployment the first sweep ends this alarm.",
  },
  {
    key: "no-full-sweep",
    metric: { of: "sweeper", name: "sweep:all" },
    breach: absentFor(36),
    means: "No sweep of all secrets has ended well in 36 hours: finished moves are not checked again.",
    todo: 'Read the end of the sweeper\'s log; start one with the event {"sweep":"all"}. After a first deployment the first one, a day later, ends this alarm.',
  },
  {
    key: "unwatched",
    metric: { of: "sweeper", name: "unwatched" },
    breach: dailyCount,
    means:
      "Secrets that this mover deleted are in their recovery window, and no mover brings them back if their homes are lost or changed; or one stopped before it deleted them, and may have removed their replicas.",
    todo: "Set enabled, mode and namePrefix so that the mover looks at them again, or compare them with their homes before the window ends, and put the replicas back.",
  },
  {
    key: "unwatched-ending",
    metric: { of: "sweeper", name: "unwatched-ending" },
    breach: dailyCount,
    means: "Of the deletions that no mover watches over, some may end for good within three days.",
    todo: "Restore these secrets, or see that their homes hold what they had: after that only Vault has it.",
  },
];

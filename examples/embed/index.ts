/** A program that brings homing along and tells, on homing's own topic, when nothing moved for a day. */
import { cloudwatch } from "@pulumi/aws";
import { Homing, readSettings } from "homing";

export = () => {
  // The settings of this program's configuration, homing:vaultAddress and so on; or `{ vaultAddress: "https://…" }`.
  const homing = new Homing("homing", readSettings());
  new cloudwatch.MetricAlarm("quiet", {
    namespace: "Homing",
    metricName: "moved",
    dimensions: { service: homing.secretMover.functionName },
    statistic: "Sum",
    period: 86_400,
    evaluationPeriods: 1,
    threshold: 1,
    comparisonOperator: "LessThanThreshold",
    treatMissingData: "breaching",
    alarmActions: [homing.alarms.topicArn],
  });
  return { movers: homing.outputs.movers };
};

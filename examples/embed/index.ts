/** A program that brings homing along and tells, on homing's own topic, when nothing moved for a day. */
import { cloudwatch } from "@pulumi/aws";
import { program } from "homing";

export = async () => {
  const { alarmTopicArn, functionName: service, movers } = await program();
  new cloudwatch.MetricAlarm("quiet", {
    namespace: "Homing",
    metricName: "moved",
    dimensions: { service },
    statistic: "Sum",
    period: 86_400,
    evaluationPeriods: 1,
    threshold: 1,
    comparisonOperator: "LessThanThreshold",
    treatMissingData: "breaching",
    alarmActions: [alarmTopicArn],
  });
  return { movers };
};

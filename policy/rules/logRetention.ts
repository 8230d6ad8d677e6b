import { later } from "../known";
import { rule } from "../rule";

export const logRetention = rule<object>({
  name: "log-retention",
  description: "Log groups say how long they keep their logs.",
  level: "mandatory",
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  check: (resource) => {
    const days = resource.read("retentionInDays");
    if (days === later || (typeof days === "number" && days > 0)) return [];
    return [`The log group ${resource.name} keeps its logs for ever: set retentionInDays.`];
  },
});

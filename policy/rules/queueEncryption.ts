import { later } from "../known";
import { rule } from "../rule";

export const queueEncryption = rule<object>({
  name: "queue-encryption",
  description: "Queues say how they are encrypted.",
  level: "mandatory",
  types: ["aws:sqs/queue:Queue"],
  check: (resource) => {
    const managed = resource.read("sqsManagedSseEnabled");
    const key = resource.read("kmsMasterKeyId");
    if (managed === true || managed === later || (key !== undefined && key !== null && key !== "")) return [];
    return [
      `The queue ${resource.name} does not say that it is encrypted: set sqsManagedSseEnabled to true, or kmsMasterKeyId.`,
    ];
  },
});

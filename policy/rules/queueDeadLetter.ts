import { textsOf } from "../known";
import type { Known } from "../known";
import { rule } from "../rule";
import type { LookedInStack } from "../rule";

const queueType = "aws:sqs/queue:Queue";
const redriveType = "aws:sqs/redrivePolicy:RedrivePolicy";
/** Properties that name a dead-letter queue, of queues, functions, subscriptions and the targets of rules. */
const targets = ["redrivePolicy", "deadLetterConfig"] as const;

const isGiven = (value: Known): boolean => value !== undefined && value !== null && value !== "";

const isSame = (one: { readonly urn: string }, other: { readonly urn: string }): boolean => one.urn === other.urn;

/** Whether others send to the queue what they could not deliver: it needs no dead-letter queue of its own. */
function takesDeadLetters(queue: LookedInStack, stack: readonly LookedInStack[]): boolean {
  if (isGiven(queue.read("redriveAllowPolicy"))) return true;
  const names = textsOf(queue.read("name"));
  return stack.some((other) =>
    targets.some((property) => {
      const text = JSON.stringify([other.read(property)]);
      const isNamed = names.some((name) => text.includes(`:${name}"`) || text.includes(`:${name}\\"`));
      return isNamed || other.madeFrom(property).some((source) => isSame(source, queue));
    }),
  );
}

const isGivenApart = (queue: LookedInStack, stack: readonly LookedInStack[]): boolean =>
  stack.some((other) => other.type === redriveType && other.madeFrom("queueUrl").some((one) => isSame(one, queue)));

export const queueDeadLetter = rule<object>({
  name: "queue-dead-letter",
  description: "Queues have a dead-letter queue, unless they are one.",
  level: "mandatory",
  types: [],
  check: () => [],
  stackTypes: [queueType],
  checkInStack: (queue, stack) =>
    isGiven(queue.read("redrivePolicy")) || isGivenApart(queue, stack) || takesDeadLetters(queue, stack)
      ? []
      : [
          `The queue ${queue.name} has no dead-letter queue, so a message that nobody can handle is lost or comes back until it expires: give it a redrivePolicy; a dead-letter queue itself has a redriveAllowPolicy.`,
        ],
});

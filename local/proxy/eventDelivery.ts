import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator } from "./emulator";
import { isObject, jsonObject, textMember } from "./message";
import type { JsonObject } from "./message";

/** Hands events to EventBridge's rules and queues, in order, while the callers go on. */
export interface EventDelivery {
  /**
   * Delivers the event that `build` makes, after all earlier ones.
   * @param build may answer undefined when there is nothing to deliver; called again for each try
   */
  enqueue(region: string, build: () => Promise<JsonObject | undefined>): void;
  /** Resolves when everything enqueued so far was delivered or reported. */
  drain(): Promise<void>;
}

interface Rule {
  readonly name: string;
  readonly pattern: string;
  readonly queueUrls: readonly string[];
}

const RULES_AGE_MS = 1_000;
/** Before each further try. EventBridge tries for a day; here the events behind this one wait. */
const PAUSES_MS = [100, 400, 1_600];

/**
 * Delivers to the SQS targets of the enabled rules of the default bus, as EventBridge does with CloudTrail's events.
 * The pattern is matched by the emulator's own EventBridge (TestEventPattern).
 * @param report called with one line for each target or event that could not be served; no line holds event contents
 */
export function deliverEvents(
  emulator: Emulator,
  report: (line: string) => void,
  now: () => number = Date.now,
): EventDelivery {
  const known = new Map<string, { readonly rules: readonly Rule[]; readonly until: number }>();
  let last: Promise<void> = Promise.resolve();

  async function call(region: string, target: string, input: JsonObject): Promise<JsonObject> {
    const { status, body } = await emulator.rootJson(region, target, input);
    if (status === 200) return body;
    // The type only: a message could quote what was sent.
    throw new Error(`${target} failed with status ${status}, ${textMember(body, "__type") ?? "no error type"}`);
  }

  async function queueUrl(region: string, rule: string, target: JsonObject): Promise<string | undefined> {
    const { Id: id, Arn: arn, ...rest } = target;
    const [, queue] = /^arn:[^:]+:sqs:[^:]+:\d{12}:(.+)$/.exec(String(arn)) ?? [];
    // Retries and the dead-letter queue change nothing here; anything else would change what is sent.
    const unknown = Object.keys(rest).filter((key) => key !== "DeadLetterConfig" && key !== "RetryPolicy");
    if (queue === undefined || unknown.length > 0) {
      const why = queue === undefined ? "it is no SQS queue" : `it has ${unknown.join(", ")}`;
      report(`target ${String(id)} of rule ${rule} gets no CloudTrail events in the local cloud: ${why}`);
      return undefined;
    }
    return textMember(await call(region, "AmazonSQS.GetQueueUrl", { QueueName: queue }), "QueueUrl");
  }

  async function pages(region: string, target: string, list: string, input: JsonObject): Promise<JsonObject[]> {
    const found: JsonObject[] = [];
    let token: string | undefined;
    do {
      const page = await call(region, target, token === undefined ? input : { ...input, NextToken: token });
      const entries = page[list];
      if (Array.isArray(entries)) found.push(...entries.filter(isObject));
      token = textMember(page, "NextToken");
    } while (token !== undefined);
    return found;
  }

  async function readRules(region: string): Promise<Rule[]> {
    const rules: Rule[] = [];
    for (const rule of await pages(region, "AWSEvents.ListRules", "Rules", {})) {
      const name = textMember(rule, "Name");
      const pattern = textMember(rule, "EventPattern");
      const state = textMember(rule, "State") ?? "";
      if (name === undefined || pattern === undefined || !state.startsWith("ENABLED") || !mayMatch(pattern)) continue;
      const queueUrls: string[] = [];
      for (const target of await pages(region, "AWSEvents.ListTargetsByRule", "Targets", { Rule: name })) {
        const url = await queueUrl(region, name, target);
        if (url !== undefined) queueUrls.push(url);
      }
      rules.push({ name, pattern, queueUrls });
    }
    return rules;
  }

  async function rulesOf(region: string): Promise<readonly Rule[]> {
    const cached = known.get(region);
    if (cached !== undefined && cached.until > now()) return cached.rules;
    const rules = await readRules(region);
    known.set(region, { rules, until: now() + RULES_AGE_MS });
    return rules;
  }

  async function deliver(region: string, build: () => Promise<JsonObject | undefined>): Promise<void> {
    const rules = await rulesOf(region);
    if (rules.length === 0) return;
    const event = await build();
    if (event === undefined) return;
    const text = JSON.stringify(event);
    for (const rule of rules) {
      const input = { Event: text, EventPattern: rule.pattern };
      const { Result: matched } = await call(region, "AWSEvents.TestEventPattern", input);
      if (matched !== true) continue;
      for (const url of rule.queueUrls) {
        await call(region, "AmazonSQS.SendMessage", { QueueUrl: url, MessageBody: text });
      }
    }
  }

  /** Tries again, as EventBridge does: a queue that had the event before the failure gets it twice. */
  async function deliverAtLast(region: string, build: () => Promise<JsonObject | undefined>): Promise<void> {
    for (const pause of [...PAUSES_MS, undefined]) {
      try {
        await deliver(region, build);
        return;
      } catch (error) {
        known.delete(region);
        const why = error instanceof Error ? error.message : "unknown error";
        if (pause === undefined) report(`a CloudTrail event was not delivered: ${why}`);
        else await sleep(pause);
      }
    }
  }

  return {
    enqueue(region, build) {
      last = last.then(() => deliverAtLast(region, build));
    },
    drain: () => last,
  };
}

/** False only when the pattern's own `source` or `detail-type` cannot be that of a CloudTrail event of this service. */
function mayMatch(pattern: string): boolean {
  const parsed = jsonObject(pattern);
  const admits = (field: string, value: string): boolean => {
    const wanted = parsed?.[field];
    if (!Array.isArray(wanted) || !wanted.every((one) => typeof one === "string")) return true;
    return wanted.includes(value);
  };
  return admits("source", "aws.secretsmanager") && admits("detail-type", "AWS API Call via CloudTrail");
}

import { randomUUID } from "node:crypto";
import { amended } from "./awsAnswers";
import { refusalOf } from "./awsRefusals";
import { isAnswer, requestIdOf } from "./callerIdentity";
import { cloudTrailEvent, WRITES } from "./cloudTrail";
import type { EventDelivery } from "./eventDelivery";
import { errorAnswer, headerOf, textMember } from "./message";
import type { Answer, ClientRequest } from "./message";
import { bodyOf, secretCall, sendByName } from "./secretCall";
import type { SecretCall, Surroundings } from "./secretCall";
import { claimOf, statesItsBody } from "./signature";

/** Answers the calls to Secrets Manager as AWS would. */
export interface SecretsManager {
  /** The answer to give. */
  answer(request: ClientRequest, action: string): Promise<Answer>;
}

// AWS records what an authenticated caller tried, not what nobody knows who tried.
const NOBODY_KNOWN =
  /^(InvalidSignature|UnrecognizedClient|InvalidClientToken|ExpiredToken|InvalidToken|IncompleteSignature|MissingAuth)/;

/** @param account the twelve digits of the account whose secrets these are */
export function secretsManager(around: Surroundings, delivery: EventDelivery, account: string): SecretsManager {
  async function answerOf(call: SecretCall): Promise<Answer> {
    const refused = await refusalOf(call, around);
    return refused ?? amended(call, await sendByName(around.emulator, call, account), around);
  }

  function record(call: SecretCall, answer: Answer): void {
    const time = new Date();
    const body = bodyOf(answer);
    const code = (textMember(body, "__type") ?? "").replace(/^.*#/, "");
    const failed = answer.status >= 400;
    if (failed && NOBODY_KNOWN.test(code)) return;
    const error = failed ? { error: { code, message: textMember(body, "message") ?? "" } } : {};
    delivery.enqueue(call.region, async () => {
      const caller = await around.callers.recognise(call.request);
      if (isAnswer(caller)) return undefined;
      return cloudTrailEvent({
        action: call.action,
        input: call.input,
        arn: textMember(body, "ARN"),
        ...error,
        caller,
        account,
        region: call.region,
        time,
        requestId: requestIdOf(answer),
        eventId: randomUUID(),
        sourceAddress: call.request.sourceAddress,
        userAgent: headerOf(call.request.rawHeaders, "user-agent") ?? "",
      });
    });
  }

  return {
    async answer(request, action) {
      const requestId = randomUUID();
      const region = claimOf(request)?.region;
      if (headerOf(request.rawHeaders, "content-encoding") !== undefined) {
        return errorAnswer(requestId, "SerializationException", "Secrets Manager reads no compressed requests.");
      }
      if (!statesItsBody(request)) {
        const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return errorAnswer(requestId, "InvalidSignatureException", message);
      }
      const call =
        region === undefined ? undefined : secretCall(around.emulator, request, { action, region, account, requestId });
      if (call === undefined) return around.emulator.send(request);
      const answer = await answerOf(call);
      if (WRITES.has(action)) record(call, answer);
      return answer;
    },
  };
}

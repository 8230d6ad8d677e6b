/** Lambda, as far as it has rotators: their configurations, and what their functions answer. */
import type { ServerResponse } from "node:http";

import type { RotatorAnswer } from "../../../runtime/rotator/handler";
import { limitsOf } from "../../../runtime/rotator/handler";
import type { Reported } from "../../../runtime/rotator/reports";
import type { Rotation } from "../../../runtime/rotator/rotation";
import { writeRotatorEnvironment } from "../../../runtime/rotator/settings";
import type { RotatorSettings } from "../../../runtime/rotator/settings";
import { askStatus } from "../../../runtime/rotator/status";
import type { Event } from "../../../runtime/rotator/run";
import { account, moverSettings, region } from "../../support/builders";
import { listen } from "./fakeFunction";
import type { Listener } from "./fakeFunction";

export const rotatorName = "homing-shop-api-key-prod-eu-west-1-1a2b3c4d-rot";

export const rotatorSettings = (over: Partial<RotatorSettings> = {}): RotatorSettings => ({
  ...moverSettings(),
  secretName: "payments/api-key",
  schedule: "rate(30 days)",
  intervalSeconds: 30 * 86_400,
  overlapSeconds: 3_600,
  longestOverlapSeconds: 0,
  readers: [],
  timeoutSeconds: 60,
  ...over,
});

/** A function of the account: another one, or a rotator with the variables of these settings. */
export interface FakeFunction {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
}

export const rotatorFunction = (over: Partial<RotatorSettings> = {}, name = rotatorName): FakeFunction => ({
  name,
  variables: writeRotatorEnvironment(rotatorSettings(over)),
});

/** What a test can change while the command runs. */
export interface RotatorScene {
  functions: readonly FakeFunction[];
  rotation: Rotation;
  home: Event;
  /** What the readers that the rotator names have reported; without them it names none. */
  reports?: readonly Reported[];
  /** What the next attempts answer, one after the other; a text is an error of the function, a number a status of Lambda. */
  answers: (RotatorAnswer | string | number)[];
  /** What the question for the status answers instead of the status. */
  instead: RotatorAnswer | undefined;
  /** Calls of the API that are denied. */
  denied: readonly ("ListFunctions" | "Invoke")[];
  /** The events that the function got. */
  readonly events: string[];
}

type Reply = (status: number, body: object, headers?: Readonly<Record<string, string>>) => void;

const replyTo =
  (response: ServerResponse): Reply =>
  (status, body, headers = {}) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };

const refuse = (reply: Reply, name: string, status = 403): void => {
  reply(status, { message: "canary" }, { "x-amzn-errortype": name });
};

const configurationOf = ({ name, variables }: FakeFunction): object => ({
  FunctionName: name,
  FunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
  Environment: variables["HIDDEN"] === undefined ? { Variables: variables } : { Error: { ErrorCode: "AccessDenied" } },
});

async function invoke(scene: RotatorScene, event: string, reply: Reply): Promise<void> {
  scene.events.push(event);
  if (event === '{"rotate":"status"}') {
    const { rotation, home, reports, instead } = scene;
    const read = ({ is }: { readonly is: string }): Promise<Event> => {
      if (is === "read-reports") return Promise.resolve({ is: "reports", reports: reports ?? [] });
      return Promise.resolve(is === "read-entry" ? { is: "entry", version: 1, rotation } : home);
    };
    const settings = rotatorSettings(reports === undefined ? {} : { longestOverlapSeconds: 86_400 });
    reply(200, instead ?? (await askStatus(read, limitsOf(settings), Date.now)));
    return;
  }
  const answer = scene.answers.shift() ?? "no answer is left";
  if (typeof answer === "number") refuse(reply, "TooManyRequestsException", answer);
  else if (typeof answer === "string") {
    reply(200, { errorMessage: answer }, { "x-amz-function-error": "Unhandled" });
  } else reply(200, answer);
}

/** Answers one page for each function, so that every page is asked for. */
function list({ functions }: RotatorScene, marker: number, reply: Reply): void {
  const one = functions[marker];
  const next = marker + 1 < functions.length ? { NextMarker: (marker + 1).toString() } : {};
  reply(200, { Functions: one === undefined ? [] : [configurationOf(one)], ...next });
}

export const listenAsRotators = (scene: RotatorScene): Promise<Listener> =>
  listen((request, response) => {
    const reply = replyTo(response);
    const url = new URL(request.url ?? "", "http://localhost");
    const [, name = "", what = ""] = /^\/2015-03-31\/functions\/([^/]*)\/?(\w*)$/.exec(url.pathname) ?? [];
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString("utf8")));
    request.on("end", () => {
      if (name === "") {
        if (scene.denied.includes("ListFunctions")) refuse(reply, "AccessDeniedException");
        else list(scene, Number(url.searchParams.get("Marker") ?? 0), reply);
        return;
      }
      const found = scene.functions.find((one) => one.name === name);
      if (found === undefined) refuse(reply, "ResourceNotFoundException", 404);
      else if (what === "configuration") reply(200, configurationOf(found));
      else if (scene.denied.includes("Invoke")) refuse(reply, "AccessDeniedException");
      else void invoke(scene, body, reply);
    });
  });

/** Lambda's answer about a mover's function, and whatever else listens on this machine for a test of the command line. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { writeEnvironment } from "../../../runtime/shared/environment";
import type { MoverSettings } from "../../../runtime/shared/environment";
import { account, region } from "../../support/builders";

export const functionName = "homing-prod-eu-west-1";
export const functionArn = `arn:aws:lambda:${region}:${account}:function:${functionName}`;

export interface Listener {
  readonly address: string;
  readonly close: () => void;
}

/** Answers requests on a free port of this machine. */
export const listen = (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Listener> =>
  new Promise((resolve) => {
    const server: Server = createServer(answer);
    server.listen(0, "127.0.0.1", () => {
      resolve({
        address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });

/** A line of a log group, as FilterLogEvents gives it. */
export interface LogLine {
  readonly timestamp: number;
  readonly message: string;
}

/** AWS, as far as it has a function with these settings and the lines of its log. Its clock is so many milliseconds ahead of this machine's. */
export const listenAsAws = (
  settings: () => MoverSettings,
  ahead = 0,
  lines: (from: number) => readonly LogLine[] = () => [],
): Promise<Listener> =>
  listen((request, response) => {
    if (request.headers["x-amz-target"] === "Logs_20140328.FilterLogEvents") {
      let body = "";
      request.on("data", (data: Buffer) => (body += data.toString("utf8")));
      request.on("end", () => {
        const { startTime } = JSON.parse(body) as { readonly startTime: number };
        response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify({ events: lines(startTime) }));
      });
      return;
    }
    if (ahead !== 0) response.setHeader("date", new Date(Date.now() + ahead).toUTCString());
    const isFunction = request.url?.includes(`/functions/${functionName}/configuration`) === true;
    response.writeHead(isFunction ? 200 : 404, { "content-type": "application/json" });
    const Environment = { Variables: writeEnvironment(settings()) };
    response.end(JSON.stringify({ FunctionName: functionName, FunctionArn: functionArn, Timeout: 90, Environment }));
  });

/** The environment of a person who works with that AWS. */
export const environmentAt = (aws: Listener): Readonly<Record<string, string>> => ({
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_REGION: region,
  AWS_ENDPOINT_URL: aws.address,
});

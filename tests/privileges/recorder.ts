/** A hop between the function and AWS that writes down which calls the function makes, and passes them on unchanged. */
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";

import { connectEmulator } from "../../local/proxy/emulator";
import { headerOf, jsonObject, textMember } from "../../local/proxy/message";
import type { Answer, ClientRequest } from "../../local/proxy/message";
import { claimOf } from "../../local/proxy/signature";

/** A call to AWS, in IAM's words. */
export interface RecordedCall {
  /** `<service>:<Operation>`. */
  readonly action: string;
  readonly accessKeyId: string;
  /** Whether IAM refused it. */
  readonly denied: boolean;
  readonly succeeded: boolean;
}

export interface Recorder {
  readonly address: string;
  readonly calls: readonly RecordedCall[];
  readonly stop: () => Promise<void>;
}

/** JSON services name the operation in a header, Query services in the body. */
function operationOf({ rawHeaders, body }: ClientRequest): string {
  const target = headerOf(rawHeaders, "x-amz-target");
  return target?.split(".").at(-1) ?? new URLSearchParams(body.toString("utf8")).get("Action") ?? "unknown";
}

function recordOf(request: ClientRequest, answer: Answer): RecordedCall {
  const claim = claimOf(request);
  const text = answer.body.toString("utf8");
  const code = textMember(jsonObject(text), "__type") ?? /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? "";
  return {
    action: `${claim?.service ?? "unsigned"}:${operationOf(request)}`,
    accessKeyId: claim?.accessKeyId ?? "",
    denied: answer.status >= 400 && code.includes("AccessDenied"),
    succeeded: answer.status < 400,
  };
}

async function readWhole(incoming: IncomingMessage): Promise<ClientRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const { method = "", url = "", rawHeaders, socket } = incoming;
  return { method, path: url, rawHeaders, body: Buffer.concat(chunks), sourceAddress: socket.remoteAddress ?? "" };
}

/** @param behind address of the AWS that answers */
export async function startRecorder(behind: string, account: string, region: string): Promise<Recorder> {
  const aws = connectEmulator(behind, account, region);
  const calls: RecordedCall[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      try {
        const request = await readWhole(incoming);
        const answer = await aws.send(request);
        calls.push(recordOf(request, answer));
        outgoing.writeHead(answer.status, [...answer.rawHeaders]).end(answer.body);
      } catch {
        // The function sees a broken connection and tries again.
        outgoing.destroy();
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const place = server.address();
  if (place === null || typeof place === "string") throw new Error("a TCP server has no port");
  return {
    address: `http://127.0.0.1:${place.port}`,
    calls,
    async stop() {
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      server.closeAllConnections();
      await closed;
      aws.close();
    },
  };
}

/** What Vault asks AWS STS at a login: whose signature a request has. Tests say who holds which access key. */
import { createServer } from "node:http";
import { STSClient } from "@aws-sdk/client-sts";
import { authenticate } from "../../../runtime/vault/login";
import { makeTransport } from "../../../runtime/vault/transport";
import { moverSettings } from "../../support/builders";

export interface CallerIdentity {
  /** For the method's `sts_endpoint`. */
  readonly address: string;
  /** Lets a session in. @returns its access key */
  readonly keyOf: (sessionArn: string) => string;
  readonly stop: () => Promise<void>;
}

/** Answers GetCallerIdentity by the access key of the signature, and checks nothing else. */
export async function startCallerIdentity(): Promise<CallerIdentity> {
  const sessions = new Map<string, string>();
  const server = createServer((request, response) => {
    const [, key = ""] = /Credential=([A-Z0-9]+)\//.exec(request.headers.authorization ?? "") ?? [];
    const arn = sessions.get(key);
    request.resume();
    if (arn === undefined) {
      response.writeHead(403).end();
      return;
    }
    const [, , , , account = "", resource = ""] = arn.split(":");
    const session = resource.split("/").at(-1) ?? "";
    response.setHeader("content-type", "text/xml");
    response.end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
        `<Arn>${arn}</Arn><UserId>AROAEXAMPLE:${session}</UserId><Account>${account}</Account>` +
        `</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const place = server.address();
  if (place === null || typeof place === "string") throw new Error("no port");
  return {
    address: `http://127.0.0.1:${place.port.toString()}`,
    keyOf(sessionArn) {
      const key = `ASIATEST${(sessions.size + 1).toString().padStart(8, "0")}`;
      sessions.set(key, sessionArn);
      return key;
    },
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error) reject(error);
          else resolve();
        });
        server.closeAllConnections();
      }),
  };
}

export interface LoginAt {
  readonly vaultAddress: string;
  readonly region: string;
  readonly loginPath: string;
  readonly loginRole: string;
  readonly serverId: string;
}

/** Logs in with the mover's own code, as the session that holds the access key. */
export async function loginWith(
  at: LoginAt,
  accessKeyId: string,
): Promise<{ readonly token: string; readonly entityId: unknown }> {
  const credentials = { accessKeyId, secretAccessKey: "test", sessionToken: "test" };
  const sts = new STSClient({ region: at.region, credentials });
  const transport = makeTransport(at.vaultAddress, "");
  const { value, entityId } = await authenticate(moverSettings({ ...at, login: "aws" }), {
    transport,
    sts,
    now: () => Date.now(),
  });
  sts.destroy();
  return { token: value, entityId };
}

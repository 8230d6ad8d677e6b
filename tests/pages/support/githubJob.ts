/** Plays GitHub for one job of a workflow: signs the tokens with which the job logs in. */
import { createServer } from "node:http";

import { makeTokenKeys } from "../../../local/proxy/tokenKeys";

export interface GitHubJob {
  readonly issuer: string;
  /** What GitHub puts into a job's environment, for the job to ask for tokens. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

const requestToken = "a-job's-own";

/** @param subject what GitHub says of the job in its tokens */
export async function startGitHubJob(subject: string): Promise<GitHubJob> {
  const keys = makeTokenKeys();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer());
    const answers: Readonly<Record<string, () => object>> = {
      "/.well-known/openid-configuration": () => ({
        issuer: issuer(),
        jwks_uri: `${issuer()}/keys`,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
      }),
      "/keys": () => keys.publicKeys,
      "/token": () => {
        const now = Math.floor(Date.now() / 1_000);
        const aud = searchParams.get("audience") ?? "";
        const claims = { iss: issuer(), sub: subject, aud, iat: now, nbf: now, exp: now + 300 };
        return { value: keys.sign("RS256", claims) };
      },
    };
    const answer = answers[pathname];
    const allowed = pathname !== "/token" || request.headers.authorization === `bearer ${requestToken}`;
    response.writeHead(answer === undefined || !allowed ? 404 : 200, { "content-type": "application/json" });
    response.end(answer === undefined || !allowed ? "{}" : JSON.stringify(answer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  function issuer(): string {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("GitHub's stand-in has no port");
    return `http://127.0.0.1:${address.port}`;
  }
  return {
    issuer: issuer(),
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer()}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
      GITHUB_RUN_ID: "1",
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

import { deepEqual, equal, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const script = join(__dirname, "..", "..", ".github", "login.sh");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly log: string;
}

/** GitHub's token service and Vault are played by one server, AWS's command by a script that shows its arguments. */
describe("the login of the workflows", function () {
  this.timeout(30_000);
  let folder: string;
  let server: Server;
  let address: string;
  let vaultStatus: number;
  let asked: { readonly url: string; readonly authorization: string | undefined; readonly body: string }[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "homing-login-"));
    const aws = `#!/bin/sh
printf '%s\\n' "$@" > "$(dirname "$0")/aws.txt"
[ "$8" = github-token-for-sts.amazonaws.com ] || exit 1
echo '{"AccessKeyId":"ASIAX","SecretAccessKey":"aws-secret","SessionToken":"aws-session"}'
`;
    writeFileSync(join(folder, "aws"), aws);
    chmodSync(join(folder, "aws"), 0o700);
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const url = request.url ?? "";
        asked.push({ url, authorization: request.headers.authorization, body });
        if (url.startsWith("/github")) {
          const audience = new URL(url, "http://x").searchParams.get("audience") ?? "";
          response.end(JSON.stringify({ value: `github-token-for-${audience}` }));
          return;
        }
        response.statusCode = vaultStatus;
        response.end(
          JSON.stringify(vaultStatus === 200 ? { auth: { client_token: "hvs.vault" } } : { errors: ["no"] }),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    vaultStatus = 200;
    asked = [];
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function login(): Promise<Ended> {
    const child = spawn("bash", [script], {
      env: {
        PATH: `${folder}:/usr/local/bin:/usr/bin:/bin`,
        ACTIONS_ID_TOKEN_REQUEST_URL: `${address}/github?v=1`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
        AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/deploy",
        GITHUB_RUN_ID: "77",
        VAULT_ADDR: address,
        VAULT_LOGIN_PATH: "github",
        VAULT_ROLE: "homing-prod",
      },
    });
    const code = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const [out, log] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, out, log };
  }

  it("gives AWS's and Vault's credentials for tokens of this job, and hides each before it is told", async () => {
    const { code, out, log } = await login();

    equal(code, 0, log);
    deepEqual(out.trimEnd().split("\n"), [
      "AWS_ACCESS_KEY_ID=ASIAX",
      "AWS_SECRET_ACCESS_KEY=aws-secret",
      "AWS_SESSION_TOKEN=aws-session",
      "VAULT_TOKEN=hvs.vault",
    ]);
    deepEqual(
      log.trimEnd().split("\n"),
      ["ASIAX", "aws-secret", "aws-session", "hvs.vault"].map((value) => `::add-mask::${value}`),
    );
    const [forAws, forVault, atVault] = asked;
    deepEqual([forAws?.authorization, forVault?.authorization], ["bearer request-token", "bearer request-token"]);
    equal(new URL(forVault?.url ?? "", address).searchParams.get("audience"), address);
    equal(atVault?.url, "/v1/auth/github/login");
    deepEqual(JSON.parse(atVault.body), { role: "homing-prod", jwt: `github-token-for-${address}` });
  });

  it("ends with an error and tells no Vault token when Vault refuses", async () => {
    vaultStatus = 403;
    const { code, out } = await login();

    ok(code !== 0);
    ok(!out.includes("VAULT_TOKEN"));
  });
});

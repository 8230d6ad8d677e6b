import { deepEqual, match } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const cli = join(__dirname, "..", "..", "cli", "homing.js");

/** STS as it answers whoever may not take a role. */
const denial = (role: string): string => `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
  <Type>Sender</Type><Code>AccessDenied</Code>
  <Message>User: arn:aws:iam::111122223333:user/ada is not authorized to perform: sts:AssumeRole on resource: ${role}</Message>
</Error></ErrorResponse>`;

describe("a profile of AWS that gives no credentials", function () {
  this.timeout(60_000);
  const role = "arn:aws:iam::444455556666:role/operator";
  const folder = mkdtempSync(join(tmpdir(), "homing-profiles-"));
  const asked: string[] = [];
  const sts = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(new URLSearchParams(body).get("Action") ?? "");
      response.writeHead(403, { "content-type": "text/xml" }).end(denial(role));
    });
  });
  before(async () => {
    sts.listen(0, "127.0.0.1");
    await once(sts, "listening");
    writeFileSync(
      join(folder, "config"),
      [
        "[profile keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example",
        `[profile second-factor]\nrole_arn = ${role}\nsource_profile = keys\nmfa_serial = arn:aws:iam::111122223333:mfa/ada`,
        `[profile denied]\nrole_arn = ${role}\nsource_profile = keys`,
        "",
      ].join("\n"),
    );
  });
  after(() => {
    sts.close();
    rmSync(folder, { recursive: true });
  });

  /** What `homing plan` prints with the profile, and how it ends. */
  async function plan(profile: string): Promise<{ readonly code: unknown; readonly line: string }> {
    const { port } = sts.address() as AddressInfo;
    const child = spawn(
      process.execPath,
      [cli, "plan", "--stack", "prod", "--region", "eu-west-1", "--profile", profile],
      {
        stdio: ["ignore", "ignore", "pipe"],
        env: {
          PATH: process.env["PATH"],
          HOME: folder,
          AWS_CONFIG_FILE: join(folder, "config"),
          AWS_SHARED_CREDENTIALS_FILE: join(folder, "config"),
          AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
          AWS_EC2_METADATA_DISABLED: "true",
        },
      },
    );
    const [line, ended] = await Promise.all([text(child.stderr), once(child, "close")]);
    return { code: ended[0] as unknown, line: line.trimEnd() };
  }

  it("and asks for a second factor is told so", async () => {
    const { code, line } = await plan("second-factor");

    deepEqual([code, asked], [1, []]);
    match(
      line,
      /^The AWS profile asks for a second factor \(mfa_serial\), which this command can't ask you for: .*--profile/,
    );
    deepEqual(line.split("\n").length, 1);
  });

  it("and takes a role that AWS denies is told that, not what it was for", async () => {
    const { code, line } = await plan("denied");

    deepEqual([code, new Set(asked)], [1, new Set(["AssumeRole"])]);
    match(line, /^AWS denies sts:AssumeRole \(AccessDenied\): may the profile's keys take its role_arn\?/);
    deepEqual(line.split("\n").length, 1);
  });

  it("and is not there is told to be named", async () => {
    const { code, line } = await plan("nobody");

    deepEqual(code, 1);
    match(line, /^There are no AWS credentials: log in to AWS anew .* or name a profile with --profile/);
  });
});

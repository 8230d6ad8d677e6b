import { deepEqual, equal, match, ok } from "node:assert/strict";

import { awsFailure, exitCodeOf, explain, Failure } from "../../cli/failure";
import { retryableError } from "../../runtime/shared/errors";
import type { RetryCode } from "../../runtime/shared/errors";

/** An error as an SDK throws it, with a text that no person may read. */
const errorOf = (name: string, over: object = {}): Error =>
  Object.assign(new Error("text of AWS"), { name, $fault: "client" }, over);

describe("what a person reads of a failure", () => {
  const again = /run the same command again/;
  /** How the failure of a call is told: what every row's line must say. */
  const answers: readonly (readonly [what: string, error: unknown, says: readonly RegExp[]])[] = [
    [
      "a permission that lacks",
      errorOf("AccessDeniedException"),
      [/^AWS denies ListSecrets \(AccessDeniedException\): get the permission/, /docs\/command-line\.md/, again],
    ],
    ["the same by another name", errorOf("UnauthorizedOperation"), [/^AWS denies ListSecrets/]],
    ["the same by a third name", errorOf("NotAuthorizedException"), [/^AWS denies ListSecrets/]],
    [
      "a name that only holds one of these",
      errorOf("KmsAccessDenied"),
      [/^AWS answered ListSecrets with KmsAccessDenied/],
    ],
    [
      "a role that may not be taken",
      errorOf("AccessDenied", { message: "text of AWS: may not perform: sts:AssumeRoleWithWebIdentity on x" }),
      [/^AWS denies sts:AssumeRoleWithWebIdentity \(AccessDenied\): .*role_arn.*trust policy/, /--profile/, again],
    ],
    [
      "keys that have ended",
      errorOf("ExpiredTokenException"),
      [/^AWS refuses .*\(ExpiredTokenException\): log in/, again],
    ],
    [
      "no credentials",
      errorOf("CredentialsProviderError"),
      [/^There are no AWS credentials: log in to AWS anew \(aws sso login/, again],
    ],
    [
      "a second factor",
      errorOf("CredentialsProviderError", { message: "text of AWS: requires multi-factor authentication" }),
      [/second factor \(mfa_serial\)/, /aws sts assume-role --token-code/, /--profile/, again],
    ],
    [
      "a second factor by its other name",
      errorOf("CredentialsProviderError", { message: "text of AWS: no MFA code" }),
      [/second factor/],
    ],
    [
      "credentials whose text only holds those letters",
      errorOf("CredentialsProviderError", { message: "text of AWS: comfab" }),
      [/^There are no AWS credentials/],
    ],
    [
      "any other answer",
      errorOf("InternalServiceError"),
      [/^AWS answered ListSecrets with InternalServiceError: try again later/],
    ],
    [
      "no answer",
      Object.assign(new Error("text of AWS"), { code: "ECONNREFUSED" }),
      [/^AWS did not answer ListSecrets \(ECONNREFUSED\): look at the network, the region and AWS_ENDPOINT_URL/, again],
    ],
    [
      "no answer, with a code that is empty",
      Object.assign(new Error("text of AWS"), { code: "", name: "TimeoutError" }),
      [/^AWS did not answer ListSecrets \(TimeoutError\): /],
    ],
    [
      "no answer, with a code that is no text",
      Object.assign(new Error("text of AWS"), { code: 110, name: "TimeoutError" }),
      [/^AWS did not answer ListSecrets \(TimeoutError\): /],
    ],
    [
      "no answer, without any name",
      Object.assign(new Error("text of AWS"), { name: "" }),
      [/^AWS did not answer ListSecrets: /],
    ],
    ["what is no error", "text of AWS", [/^AWS did not answer ListSecrets: /]],
  ];
  for (const [what, error, says] of answers) {
    it(`from AWS is one line, for ${what}, with nothing that AWS said`, () => {
      const line = explain(awsFailure("ListSecrets", error));
      for (const one of says) match(line, one);
      ok(!line.includes("text of AWS") && !line.includes("\n"), line);
    });
  }

  it("is said once: a failure that passes another call stays as it is", () => {
    const failure = new Failure("what to do", 130);

    equal(awsFailure("ListSecrets", failure), failure);
    equal(explain(failure), "what to do");
  });

  const connections: readonly (readonly [RetryCode, string, RegExp])[] = [
    ["source-throttled", "AWS answered with ThrottlingException", /--concurrency/],
    ["source-unreachable", "ECONNREFUSED", /AWS_ENDPOINT_URL/],
    ["source-failing", "AWS answered with InternalServiceError", /^source-failing.*try again later/],
    [
      "source-failing",
      "AWS answered with ExpiredTokenException",
      /^AWS refuses the credentials \(ExpiredTokenException\)/,
    ],
    ["vault-unreachable", "ECONNREFUSED", /NODE_EXTRA_CA_CERTS/],
    ["vault-throttled", "Vault answered with status 429", /--concurrency/],
    ["vault-sealed", "Vault answered with status 503", /: unseal it, /],
    ["vault-denied", "Vault answered with status 403", /log in to Vault anew/],
    ["vault-login-failed", "Vault answered with status 400", /--login-path, --role\)\? Then run the same command/],
    ["vault-redirected", "Vault answered with status 307", /--vault-address/],
    ["vault-mount-missing", "Vault answered with status 404", /run pulumi up/],
    ["vault-answer-unreadable", "no JSON", /docs\/troubleshooting\.md/],
  ];
  for (const [code, detail, says] of connections) {
    it(`of a connection is what to do about ${code}: ${detail}`, () => {
      match(explain(retryableError(code, "read-home", detail)), says);
    });
  }

  it("of this program's own fault is its kind and its place, and never its message, which could quote a value", () => {
    const at = (stack: string | undefined): string =>
      explain(Object.assign(new TypeError(), { stack })).replace("An error of this program: TypeError", "");

    const lines = [
      [
        "TypeError: x\n    at f (/x/cli/commands/plan.ts:12:5)\n    at g (/x/cli/main.ts:9:1)",
        "cli/commands/plan.ts:12",
      ],
      [
        "TypeError: x\n    at node:fs:1:1\n    at async /x/runtime/mover/decide.ts:345:6",
        "runtime/mover/decide.ts:345",
      ],
      ["TypeError: read cli/value:1\nruntime/value:2 is wrong\n    at f (/x/cli/main.ts:9:1)", "cli/main.ts:9"],
    ];
    for (const [stack, place] of lines) equal(at(stack), ` at ${place ?? ""}. Please report it.`, stack);
    equal(at("TypeError: cli/value:1\n    at node:fs:1:1"), ". Please report it.");
    equal(at(undefined), ". Please report it.");
    equal(explain("cli/value:1"), "An error of this program. Please report it.");
  });

  it("comes with 1, and with 130 where a person stopped the command", () => {
    deepEqual([new Failure("x"), new Failure("x", 130), new Error("x"), "x"].map(exitCodeOf), [1, 130, 1, 1]);
  });
});

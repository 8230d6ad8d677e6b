import { deepEqual, doesNotMatch, equal, ok, throws } from "node:assert/strict";

import { verdictOf } from "../../../runtime/aws/awsErrors";
import { sourceError } from "../../../runtime/shared/awsCall";
import { isRetryableError, retryableError } from "../../../runtime/shared/errors";
import type { Step } from "../../../runtime/shared/errors";

const sdkError = (name: string, message = "the text quotes hunter2"): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 }, $fault: "client" });

const marked = "You can't perform this operation on the secret because it was marked for deletion.";
const refused = (reason: string, outcome = "refused") => ({ is: "refused", outcome, reason });

describe("verdictOf", () => {
  const cases: readonly (readonly [string, string, string, object, Step?])[] = [
    [
      "a secret that is not there",
      "ResourceNotFoundException",
      "Secrets Manager can't find the specified secret.",
      { is: "absent" },
    ],
    [
      "a version that is not there",
      "ResourceNotFoundException",
      "Secrets Manager can't find the specified secret value for VersionId: x",
      { is: "absent" },
    ],
    ["a scheduled deletion", "InvalidRequestException", marked, { is: "stale" }],
    [
      "a scheduled deletion with a curly quote",
      "InvalidRequestException",
      marked.replace("'", "\u2019"),
      { is: "stale" },
    ],
    ["a second deletion", "InvalidRequestException", "The secret is already scheduled for deletion.", { is: "stale" }],
    [
      "a restore of what is not scheduled",
      "InvalidRequestException",
      "The secret isn't scheduled.",
      { is: "not-scheduled" },
    ],
    [
      "a restore of what is not scheduled, in words that hold those of a scheduled one",
      "InvalidRequestException",
      "Secret is not scheduled for deletion.",
      { is: "not-scheduled" },
    ],
    [
      "a service's secret",
      "InvalidRequestException",
      "The secret is managed by another service, and you must use that service to update it.",
      refused("service-owned", "skipped"),
    ],
    ["another refusal", "InvalidRequestException", "something new", refused("source-rejected", "failed")],
    [
      "a replica",
      "InvalidParameterException",
      "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
      refused("replica", "skipped"),
    ],
    ["another parameter", "InvalidParameterException", "something new", refused("source-rejected", "failed")],
    ["a denied key", "AccessDeniedException", "Access to KMS is not allowed", refused("undecryptable")],
    [
      "a denied kms:Decrypt",
      "AccessDeniedException",
      "User: x is not authorized to perform: kms:Decrypt",
      refused("undecryptable"),
    ],
    [
      "a denied call",
      "AccessDeniedException",
      "User: x is not authorized to perform: secretsmanager:DescribeSecret",
      refused("access-denied"),
    ],
    [
      "a denied call on a secret whose name says kms",
      "AccessDeniedException",
      "User: x is not authorized to perform: secretsmanager:TagResource on resource: arn:x:secret:team/kms/key-AbCdEf",
      refused("access-denied"),
    ],
    [
      "a secret that was deleted without a window a moment ago",
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was deleted.",
      { is: "stale" },
    ],
    [
      "a key that is disabled",
      "DecryptionFailure",
      "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
      refused("undecryptable"),
    ],
    [
      "a name that no secret can have, typed by somebody",
      "ValidationException",
      "Invalid name.",
      { is: "absent" },
      "resolve",
    ],
    ["a value that AWS does not take", "ValidationException", "Invalid.", refused("source-rejected", "failed"), "tag"],
  ];
  for (const [what, name, message, expected, step = "describe"] of cases) {
    it(`knows ${what}`, () => {
      deepEqual(verdictOf(step, sdkError(name, message)), expected);
    });
  }

  for (const [name, code] of [
    ["ThrottlingException", "source-throttled"],
    ["TooManyRequestsException", "source-throttled"],
    ["InternalServiceError", "source-failing"],
    ["ExpiredTokenException", "source-failing"],
    ["UnrecognizedClientException", "source-failing"],
    ["SomethingNewException", "source-failing"],
  ] as const) {
    it(`takes ${name} for a retryable error`, () => {
      throws(() => verdictOf("read", sdkError(name)), { name: "RetryableError", code, step: "read" });
    });
  }

  for (const name of ["InvalidParameterException", "InvalidRequestException"]) {
    it(`knows a delete that is refused for its replicas, as ${name}`, () => {
      const error = sdkError(name, "You can't delete secret x that still has replica regions [r1].");
      deepEqual(verdictOf("delete", error), { is: "has-replicas" });
    });
  }

  it("takes what is no answer of AWS for a retryable error, by its code only", () => {
    const error = Object.assign(new Error("connect to hunter2 failed"), { code: "ECONNREFUSED" });
    throws(() => verdictOf("read", error), { code: "source-unreachable", message: /ECONNREFUSED/ });
    throws(() => verdictOf("read", "hunter2"), { code: "source-unreachable" });
  });

  it("does not read a refusal into an error that only looks like one", () => {
    throws(() => verdictOf("read", Object.assign(new Error(marked), { name: "ResourceNotFoundException" })), {
      code: "source-unreachable",
    });
  });
});

describe("sourceError", () => {
  it("lets no text through", () => {
    for (const error of [
      sdkError("X"),
      new Error("hunter2"),
      Object.assign(new SyntaxError("hunter2 in JSON"), { $metadata: {} }),
      "hunter2",
      { message: "hunter2" },
    ]) {
      const mapped = sourceError("read", error);
      ok(isRetryableError(mapped));
      doesNotMatch(`${mapped.message} ${mapped.stack ?? ""} ${JSON.stringify(mapped)}`, /hunter2/);
      equal(mapped.cause, undefined);
    }
  });

  it("leaves a retryable error as it is", () => {
    const error = retryableError("source-failing", "read", "x");
    equal(sourceError("tag", error), error);
  });
});

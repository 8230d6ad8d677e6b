/** What a person reads when a command can't go on: one line that says what is wrong and what to do. */
import { isRetryableError } from "../runtime/shared/errors";
import type { RetryCode, RetryableError } from "../runtime/shared/errors";

/** An error whose message was written for a person and quotes neither a server nor a parser. */
export class Failure extends Error {
  constructor(
    message: string,
    /** 130: a person stopped the command. */
    readonly exitCode: 1 | 130 = 1,
  ) {
    super(message);
  }
}

/** The exit code for whatever ended a command. */
export const exitCodeOf = (error: unknown): number => (error instanceof Failure ? error.exitCode : 1);

const again = "then run the same command again: it goes on where this one ended";
const rights = "docs/command-line.md lists what each command needs";

/** Errors by which AWS says that it doesn't know, or no longer knows, who is asking. */
const unknownCaller: readonly string[] = [
  "ExpiredToken",
  "ExpiredTokenException",
  "RequestExpired",
  "TokenRefreshRequired",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidAccessKeyId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "IncompleteSignature",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
];

const logInToAws = `log in to AWS anew (aws sso login, or other keys) or name a profile with --profile, ${again}`;

/** A failure for an error of the SDK; its name and code are told, and its message only decides which sentence it is. */
export function awsFailure(call: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { name, message, code } =
    error instanceof Error ? (error as Error & { readonly code?: unknown }) : { name: "", message: "", code: "" };
  if (name === "CredentialsProviderError") {
    if (/multi-factor|\bMFA\b/i.test(message)) {
      return new Failure(
        "The AWS profile asks for a second factor (mfa_serial), which this command can't ask you for: take temporary keys " +
          `with aws sts assume-role --token-code and name their profile with --profile, ${again}.`,
      );
    }
    return new Failure(`There are no AWS credentials: ${logInToAws}.`);
  }
  if (unknownCaller.includes(name)) return new Failure(`AWS refuses the credentials (${name}): ${logInToAws}.`);
  if (/^(AccessDenied|Unauthorized|NotAuthorized)/.test(name)) {
    // The credentials are got on the way to the first call, which is not what was denied then.
    const taking = /perform: (sts:AssumeRole\w*)/.exec(message)?.[1];
    if (taking !== undefined) {
      return new Failure(
        `AWS denies ${taking} (${name}): may the profile's keys take its role_arn? Does the role's trust policy name them? ` +
          `Or name another profile with --profile, ${again}.`,
      );
    }
    return new Failure(`AWS denies ${call} (${name}): get the permission, ${rights}; ${again}.`);
  }
  if (error instanceof Error && "$fault" in error) {
    return new Failure(`AWS answered ${call} with ${name}: try again later; a run goes on where the last one ended.`);
  }
  const socket = typeof code === "string" && code !== "" ? ` (${code})` : name === "" ? "" : ` (${name})`;
  return new Failure(
    `AWS did not answer ${call}${socket}: look at the network, the region and AWS_ENDPOINT_URL, ${again}.`,
  );
}

const advice: Partial<Record<RetryCode, string>> = {
  "source-throttled": `AWS limits the rate of calls: wait a little or lower --concurrency, ${again}`,
  "source-unreachable": `look at the network and at AWS_ENDPOINT_URL, ${again}`,
  "source-failing": `try again later; ${again}`,
  "vault-unreachable": `can this machine reach it, and does it know its certificate (NODE_EXTRA_CA_CERTS)? Put that right, ${again}`,
  "vault-throttled": `a rate limit quota of Vault: wait or lower --concurrency, ${again}`,
  "vault-sealed": `unseal it, ${again}`,
  "vault-denied": `the token has ended or its policy lacks this path (${rights}): log in to Vault anew, ${again}`,
  "vault-login-failed": `is it the role's own method and path (--login, --login-path, --role)? Then ${again.slice(5)}`,
  "vault-redirected": `name an address that serves with --vault-address, ${again}`,
  "vault-mount-missing": "restore the mount; if it was never there, run pulumi up",
};

/** AWS's own error name, where the core kept it. */
const namedIn = ({ message }: RetryableError): string => /AWS answered with (\w+)/.exec(message)?.[1] ?? "";

function wayFailure(error: RetryableError): string {
  const name = namedIn(error);
  if (unknownCaller.includes(name)) return `AWS refuses the credentials (${name}): ${logInToAws}.`;
  return `${error.message}: ${advice[error.code] ?? `docs/troubleshooting.md says what to do; ${again}`}.`;
}

/**
 * Where an unforeseen error came from. Its message, of which the stack repeats every line, is not shown, since it could
 * quote a value.
 */
function placeOf(error: Error): string {
  const frame = /\n +at .*?((?:cli|runtime)\/[\w./-]+:\d+)/.exec(error.stack ?? "")?.[1];
  return frame === undefined ? "" : ` at ${frame}`;
}

/** The line for whatever ended a command. */
export function explain(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (isRetryableError(error)) return wayFailure(error);
  if (error instanceof Error) return `An error of this program: ${error.name}${placeOf(error)}. Please report it.`;
  return "An error of this program. Please report it.";
}

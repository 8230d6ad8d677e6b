/** Finds out which secret a request means. For a whole ARN the home is read at the same time. */
import { looksLikeArn, parseSecretArn } from "../model/arn";
import type { Home } from "../model/home";
import type { Outcome } from "../model/outcome";
import { homePath, isSecretName } from "../model/path";
import type { MoveDeps, SourcePort } from "../model/ports";
import type { Source } from "../model/source";
import type { MoverSettings } from "../shared/environment";
import { retryableError } from "../shared/errors";
import type { MoveRequest } from "./run";
import { inParallel } from "./inParallel";
import type { Trace } from "./trace";

/** A secret whose identity is known, with both sides as they were when it was found. */
export interface Resolved {
  readonly source: Source;
  /** Below the mount. */
  readonly path: string;
  /** Absent when the request named no whole ARN, so that the path was not known before the secret was found. */
  readonly home?: Home;
}

/** A secret counts as gone when it is missing at this receive; earlier it is retried, as DescribeSecret may be behind. */
const missingReceives = 4;

const isForeign = (settings: MoverSettings, region: string | undefined, account: string | undefined): boolean =>
  region !== settings.region || account !== settings.account;

type Found = Awaited<ReturnType<SourcePort["describe"]>>;

/** Checks that what was found is the secret that was asked for, under its own name, in the mover's account and region. */
function identify(request: MoveRequest, found: Found, settings: MoverSettings, trace: Trace): Outcome | Source {
  const { secret } = request;
  if (found.is === "refused") return trace.end(found.outcome, found.reason);
  if (found.is === "absent") {
    if (request.receiveCount < missingReceives)
      throw retryableError("source-not-found-yet", "resolve", "no such secret so far");
    return trace.end("skipped", "not-found");
  }
  const { source } = found;
  const parsed = parseSecretArn(source.arn);
  if (parsed === undefined || parsed.name !== source.name) return trace.end("refused", "arn-mismatch");
  trace.note({ arn: source.arn });
  if (isForeign(settings, parsed.region, parsed.account)) return trace.end("refused", "foreign");
  // `…:secret:my-secret` without a suffix looks like a full ARN, and Secrets Manager finds my-secret-AbCdEf by it.
  const named = secret === source.arn || secret === source.arn.slice(0, -7);
  if (parseSecretArn(secret) !== undefined && !named) return trace.end("refused", "arn-mismatch");
  if (!isSecretName(source.name)) return trace.end("refused", "name-unsupported");
  return source;
}

/**
 * Finds the secret. Events and the sweep send a whole ARN, from which the home's path is known, so both sides are asked
 * in parallel. Anybody can send a mere name, so for a name Vault is not asked before the secret is found.
 *
 * @throws a RetryableError when either side can't be reached, or while a secret that may be new is not seen yet
 */
export async function resolve(
  request: MoveRequest,
  settings: MoverSettings,
  deps: MoveDeps,
  trace: Trace,
): Promise<Outcome | Resolved> {
  const { secret } = request;
  const isArn = looksLikeArn(secret);
  const [, , , region, account, , ...nameParts] = isArn ? secret.split(":") : [];
  if (isArn && isForeign(settings, region, account)) return trace.end("refused", "foreign");
  // Checked before AWS is asked: the function's role may describe no secret outside the prefix.
  const name = isArn ? nameParts.join(":") : secret;
  if (!name.startsWith(settings.namePrefix)) return trace.end("skipped", "outside-prefix");
  const nameFromArn = parseSecretArn(secret)?.name;
  const knownName = nameFromArn !== undefined && isSecretName(nameFromArn) ? nameFromArn : undefined;
  const [found, home] = await inParallel(
    deps.source.describe(secret, "resolve"),
    knownName === undefined ? Promise.resolve(undefined) : deps.home.metadata(homePath(settings, knownName)),
  );
  const source = identify(request, found, settings, trace);
  if ("outcome" in source) return source;
  const path = homePath(settings, source.name);
  trace.note({ home: `${settings.mount}/${path}` });
  return source.name === knownName && home !== undefined ? { source, path, home } : { source, path };
}

/** The proof that a home holds a source's value. Nothing is deleted without it. */
import type { Home } from "../model/home";
import type { Reason } from "../model/outcome";
import type { HomePort } from "../model/ports";
import { timeKey } from "../model/stateTag";
import type { Proof } from "../model/stateTag";
import { holdsValue } from "../model/value";
import type { SourceValue, ValueKind } from "../model/value";
import type { MoverSettings } from "../shared/environment";
import type { CopyOnly } from "./decision";
import { authorOf } from "./homeFacts";
import { inParallel } from "./inParallel";

export interface ProofRequest {
  readonly path: string;
  /** The home as it was before this run wrote to it. */
  readonly before: Home;
  /** The KV version that was current when this run wrote its own; 0 when there was none, or when it wrote nothing. */
  readonly base: number;
  readonly homeVersion: number;
  readonly versionId: string;
  readonly kind: ValueKind;
  readonly value: SourceValue;
  /** Whether somebody else may have written the version: the setting accepts homes that hold the same value. */
  readonly acceptForeign: boolean;
}

export type Proven =
  | { readonly is: "proven"; readonly proof: Proof; readonly copyOnly?: CopyOnly }
  | { readonly is: "stale" }
  | { readonly is: "refused"; readonly outcome: "refused" | "failed"; readonly reason: Reason };

/**
 * Reads the home back. It is proven when the version in question is the current one, does not expire, holds exactly the
 * value and was written by the mover, and when the entry was not deleted and created again in between. KV versions
 * restart at 1 after a metadata delete, so a version number alone proves nothing.
 */
export async function prove(request: ProofRequest, port: HomePort, settings: MoverSettings): Promise<Proven> {
  const [answer, home] = await inParallel(port.read(request.path), port.metadata(request.path));
  const version = home.versions[request.homeVersion];
  if (answer.is === "gone" || version === undefined) return { is: "stale" };
  const base = home.versions[request.base];
  if (base !== undefined && base.createdTime !== request.before.versions[request.base]?.createdTime) {
    return { is: "refused", outcome: "failed", reason: "home-recreated" };
  }
  if (answer.version !== request.homeVersion || home.currentVersion !== request.homeVersion) return { is: "stale" };
  // The two answers may be of two entries: one that was deleted in between, and one that another mover began anew.
  if (timeKey(answer.createdTime) !== timeKey(version.createdTime)) return { is: "stale" };
  if (answer.deletionTime !== "" || version.deletionTime !== "") {
    return { is: "refused", outcome: "refused", reason: "home-expires" };
  }
  const author = authorOf(version, settings);
  if (author === "foreign" && !request.acceptForeign) {
    return { is: "refused", outcome: "failed", reason: "home-recreated" };
  }
  if (!holdsValue(answer.data, request.kind, request.value)) {
    return { is: "refused", outcome: "refused", reason: "unequal" };
  }
  const authorUnknown = author === "unknown" && settings.authorship === "entity" && !request.acceptForeign;
  return {
    is: "proven",
    proof: { homeVersion: request.homeVersion, createdTime: version.createdTime, versionId: request.versionId },
    ...(authorUnknown ? { copyOnly: "author-unknown" as const } : {}),
  };
}

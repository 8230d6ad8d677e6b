/**
 * The move of one secret: copy, prove, delete, verify. The order of the calls is what makes it safe:
 *
 * - The home is read before the source. A check-and-set base that is read after the source lets a slow mover write an
 *   old value over a newer one, with every later check satisfied.
 * - Calls that need no order are sent in parallel, and all of them have ended before the run goes on.
 * - Labels are written after the data: a label without its data would be a lie.
 * - When either side has changed in between, the run starts over; it assumes that nothing stayed the same.
 */
import type { Home } from "../model/home";
import { deletionLabel, tagPatch, versionLabelPatch } from "../model/labels";
import type { LabelPatch, VersionLabel } from "../model/labels";
import type { Outcome } from "../model/outcome";
import type { MoveDeps } from "../model/ports";
import type { Source } from "../model/source";
import { encodeValue, holdsValue, writeBody } from "../model/value";
import type { SourceValue, ValueKind } from "../model/value";
import { looksVaultOwn, valueLooksVaultOwn } from "../model/vaultOwn";
import type { MoverSettings } from "../shared/environment";
import { retryableError } from "../shared/errors";
import { decide } from "./decide";
import type { Decision } from "./decision";
import { announce, deleteSource, gate } from "./deletion";
import { isConfirmed } from "./facts";
import { prove } from "./proof";
import { putReplicasBack, restoreSource } from "./restore";
import { resolve } from "./resolve";
import type { Resolved } from "./resolve";
import type { MoveRequest, Result, Run } from "./run";
import { inParallel } from "./inParallel";
import { isConflict, lacksRotator, nameConflict } from "./rotated";
import { rememberProof } from "./tagging";
import { startTrace } from "./trace";

type Acting = Extract<Decision, { act: "write" | "prove" | "recognise" }>;

/** The number of times that a run may start before the message goes back to the queue. */
const maxStarts = 5;

/**
 * Labels a version that this run wrote or recognised, and copies the source's tags. The tags go in a patch of their own:
 * Vault refuses a whole patch when one entry does not fit, and a move must not fail over a tag.
 */
async function label(run: Run, source: Source, home: Home, patch: LabelPatch): Promise<Result | undefined> {
  const { deps, path, trace } = run;
  const tags = tagPatch(home.labels, source.tags);
  const nothing = Promise.resolve(undefined);
  const [labelled, copied] = await inParallel(
    Object.keys(patch).length > 0 ? deps.home.label(path, patch) : nothing,
    Object.keys(tags.patch).length > 0 ? deps.home.label(path, tags.patch) : nothing,
  );
  if (labelled?.is === "gone" || copied?.is === "gone") return "again";
  if (labelled?.is === "rejected") return trace.end("refused", "label-no-room");
  const dropped = tags.dropped + (copied?.is === "rejected" ? Object.keys(tags.patch).length : 0);
  if (copied !== undefined || dropped > 0) trace.note({ droppedTags: dropped });
  return undefined;
}

/** A KV version that should hold the value, with what the proof needs to know about it. */
interface Copy {
  readonly homeVersion: number;
  readonly base: number;
  readonly kind: ValueKind;
  readonly written: boolean;
  readonly acceptForeign: boolean;
  /** The label to write; absent when the version has it already or must not get one. */
  readonly label?: VersionLabel;
}

async function write(
  run: Run,
  source: Source,
  base: number,
  versionId: string,
  value: SourceValue,
): Promise<Result | Copy> {
  const { deps, path, settings, trace } = run;
  const encoded = encodeValue(value, settings.objects);
  if (encoded === "unsupported") return trace.end("refused", "value-unsupported");
  const written = await deps.home.write(path, writeBody(encoded, base));
  if (written.is === "mismatch") return "again";
  if (written.is === "rejected") return trace.end("refused", "home-rejected");
  if (written.version !== base + 1) return trace.end("failed", "home-recreated");
  trace.mark("written");
  const { kind } = encoded;
  const own = { suffix: source.suffix, kind, versionId };
  return { homeVersion: written.version, base, kind, written: true, acceptForeign: false, label: own };
}

/** Refuses a home that is not the mover's, by the name of who wrote it. */
const refuseConflict = async ({ deps, settings, trace }: Run, { name }: Source, home: Home): Promise<Outcome> =>
  trace.end("refused", await nameConflict(home, name, settings, deps.home.metadata));

/** Finds out whether the home's current version holds a value that this source has or had. */
async function recognise(
  run: Run,
  source: Source,
  home: Home,
  decision: Extract<Decision, { act: "recognise" }>,
  value: SourceValue,
): Promise<Result | Copy> {
  const { deps, path, settings, arn } = run;
  const { homeVersion, versionId, by } = decision;
  const answer = await deps.home.read(path);
  if (answer.is === "gone" || answer.version !== homeVersion) return "again";
  const kindHeld = (candidate: SourceValue): ValueKind | undefined => {
    const encoded = encodeValue(candidate, settings.objects);
    return encoded !== "unsupported" && holdsValue(answer.data, encoded.kind, candidate) ? encoded.kind : undefined;
  };
  const kind = kindHeld(value);
  if (kind !== undefined) {
    const copy = { homeVersion, base: 0, kind, written: false, acceptForeign: by === "accept-equal" };
    return by === "accept-equal" ? copy : { ...copy, label: { suffix: source.suffix, kind, versionId } };
  }
  if (by === "own") return write(run, source, homeVersion, versionId, value);
  if (by === "listed") {
    for (const other of source.versionIds.filter((id) => id !== versionId)) {
      const read = await deps.source.read(arn, other);
      if (read.is === "stale") return "again";
      if (read.is === "value" && kindHeld(read.value) !== undefined) {
        return write(run, source, homeVersion, versionId, value);
      }
    }
  }
  return refuseConflict(run, source, home);
}

/** The version to prove: either this run writes it, or it finds it at the home. */
async function makeCopy(
  run: Run,
  source: Source,
  home: Home,
  decision: Acting,
  value: SourceValue,
): Promise<Result | Copy> {
  switch (decision.act) {
    case "write":
      return write(run, source, decision.base, decision.versionId, value);
    case "prove": {
      const { homeVersion, label: own } = decision;
      return { homeVersion, base: 0, kind: own.kind, written: false, acceptForeign: false };
    }
    case "recognise":
      return recognise(run, source, home, decision, value);
    default:
      return decision satisfies never;
  }
}

const isCopy = (result: Result | Copy): result is Copy =>
  typeof result === "object" && "homeVersion" in result && "kind" in result;

/** Refuses what looks like Vault's own, and says what it looks like: the words of a table, nothing of the secret. */
function refuseVaultOwn({ trace }: Run, looksLike: string | undefined): Outcome {
  trace.note(looksLike === undefined ? {} : { looksLike });
  return trace.end("refused", "vault-own");
}

/** Copies and proves the value, and in mode `move` deletes the source. */
async function copyAndProve(run: Run, source: Source, home: Home, decision: Acting): Promise<Result> {
  const { deps, path, settings, trace, arn } = run;
  const { versionId } = decision;
  trace.note({ versionId });
  const held = decision.act === "prove" ? home.versions[decision.homeVersion] : undefined;
  if (held !== undefined && decision.mode === "move") {
    // The copy is there already: a run that will not delete does not read the value either.
    const kept = await gate(run, source, held.createdTime);
    if (kept !== undefined) return kept;
  }
  const read = await deps.source.read(arn, versionId);
  if (read.is === "stale") return "again";
  if (read.is === "refused") return trace.end(read.outcome, read.reason);
  trace.mark("read");
  // Before anything of it gets to Vault.
  const looksLike = isConfirmed(source, settings) ? undefined : valueLooksVaultOwn(read.value, source);
  if (looksLike !== undefined) return refuseVaultOwn(run, looksLike);

  const copy = await makeCopy(run, source, home, decision, read.value);
  if (!isCopy(copy)) return copy;
  trace.note({ homeVersion: copy.homeVersion });

  const own = copy.label ? versionLabelPatch(home.labels, home.oldestVersion, copy.homeVersion, copy.label) : {};
  // Both may run in parallel: the proof does not look at the label, and the label claims no proof. It only says which
  // source version this run wrote or found.
  const [labelled, proven] = await inParallel(
    label(run, source, home, own),
    prove({ ...copy, path, before: home, versionId, value: read.value }, deps.home, settings),
  );
  if (labelled !== undefined) return labelled;
  if (proven.is === "stale") return "again";
  if (proven.is === "refused") return trace.end(proven.outcome, proven.reason);
  trace.mark("proven");

  const copyOnly = decision.copyOnly ?? proven.copyOnly;
  if (decision.mode === "copy" || copyOnly !== undefined) {
    const { undone } = decision;
    const remembered = undone === undefined ? undefined : await rememberProof(run, source, undone, proven.proof);
    return remembered ?? trace.end(copy.written ? "copied" : "unchanged", copyOnly ?? "proven");
  }
  const kept = held === undefined ? await gate(run, source, proven.proof.createdTime) : undefined;
  return kept ?? deleteSource(run, source, proven.proof);
}

/** Reads both sides, the home before the source. The first time it takes what `resolve` has read, where that is enough. */
async function look(run: Run, first?: Resolved): Promise<Result | { readonly home: Home; readonly source: Source }> {
  const { deps, trace, arn, path } = run;
  const home = first?.home ?? (await deps.home.metadata(path));
  // `resolve` read this home at the same time as the source, not before it. That is safe only for a home without
  // versions: check-and-set 0 writes only while there are none, so it can't replace a newer value by an older one.
  if (first?.home !== undefined && home.currentVersion === 0) return { home, source: first.source };
  const found = await deps.source.describe(arn, "describe");
  if (found.is === "refused") return trace.end(found.outcome, found.reason);
  // The secret was there a moment ago, so this may be eventual consistency. Only `resolve` concludes that it is gone.
  if (found.is === "absent") return "again";
  if (found.source.arn !== arn) return trace.end("refused", "arn-mismatch");
  return { home, source: found.source };
}

/** Looks at both sides once, decides, and acts on the decision. */
async function runOnce(run: Run, first?: Resolved): Promise<Result> {
  const { deps, settings, trace, arn, path } = run;
  const looked = await look(run, first);
  if (looked === "again" || "outcome" in looked) return looked;
  const { home, source } = looked;
  trace.mark("described");

  const decision = decide(source, home, settings, { now: deps.now() });
  if (await lacksRotator(decision, source, settings, deps.home.metadata)) return trace.end("skipped", "rotator-absent");
  const moves = decision.act === "report" ? decision.intent === "move" : "mode" in decision && decision.mode === "move";
  if (moves) {
    const service = await deps.source.isReadByService(arn);
    if (service.is === "refused") return trace.end(service.outcome, service.reason);
    if (service.read) return trace.end("skipped", "service-read");
  }
  switch (decision.act) {
    case "stop":
      if (decision.reason === "vault-own") return refuseVaultOwn(run, looksVaultOwn(source));
      if (isConflict(decision)) return refuseConflict(run, source, home);
      return trace.end(decision.outcome, decision.reason);
    case "report":
      return trace.end("skipped", "audit", decision.intent);
    case "restore": {
      // Both sides once more: between the two reads another mover may have moved the secret anew, and an answer may have
      // been an older one. A restore by mistake would take back a sound deletion.
      const confirmed = await look(run);
      if (confirmed === "again" || "outcome" in confirmed) return confirmed;
      const same = decide(confirmed.source, confirmed.home, settings, { now: deps.now() });
      return same.act === "restore" ? restoreSource(run, confirmed.home, same) : "again";
    }
    case "put-back":
      return putReplicasBack(run, decision.tag);
    case "relabel": {
      const { versionId, homeVersion, taggedAt } = decision.tag;
      trace.note({ versionId, homeVersion });
      const told = { suffix: source.suffix, versionId, time: taggedAt };
      const labelled = await deps.home.label(path, { ...announce(told), ...deletionLabel("deleted", told) });
      return labelled.is === "gone" ? "again" : trace.end("unchanged", "already-moved");
    }
    case "write":
    case "prove":
    case "recognise":
      return copyAndProve(run, source, home, decision);
    default:
      return decision satisfies never;
  }
}

/**
 * Makes the move for a deployment.
 *
 * @returns a function that takes one secret as far as the mode allows and returns its outcome
 * @throws (the function) a RetryableError when Vault or AWS can't be reached, throttles or fails: try again later
 */
export const makeMove =
  (settings: MoverSettings, deps: MoveDeps) =>
  async (request: MoveRequest): Promise<Outcome> => {
    const trace = startTrace(request.secret, deps.now);
    const resolved = await resolve(request, settings, deps, trace);
    if ("outcome" in resolved) return resolved;
    const { source, path } = resolved;
    const run: Run = { arn: source.arn, path, remainingMs: request.remainingMs, settings, deps, trace };
    for (let start = 0; start < maxStarts; start += 1) {
      if (start > 0) await deps.sleep(100 * 2 ** start);
      const result = await runOnce(run, start === 0 ? resolved : undefined);
      if (result !== "again") return result;
    }
    throw retryableError("contended", "describe", "the secret or its home kept changing");
  };

/** Ends a refusal as a person decides: the source's value becomes the home's, or Vault's value is the one that stays. */
import { absentHome } from "../runtime/model/home";
import type { Home } from "../runtime/model/home";
import { clearedDeletion, versionLabelPatch } from "../runtime/model/labels";
import { reasons } from "../runtime/model/outcome";
import type { Reason } from "../runtime/model/outcome";
import type { MutationResult, HomePort, SourcePort } from "../runtime/model/ports";
import type { Source } from "../runtime/model/source";
import { stateTag } from "../runtime/model/stateTag";
import { encodeValue, holdsValue, writeBody } from "../runtime/model/value";
import { valueLooksVaultOwn } from "../runtime/model/vaultOwn";
import { decide } from "../runtime/mover/decide";
import { isConfirmed } from "../runtime/mover/facts";
import { liveVersion } from "../runtime/mover/homeFacts";
import { prove } from "../runtime/mover/proof";
import { isConflict, nameConflict } from "../runtime/mover/rotated";
import type { Conflict } from "../runtime/mover/rotated";
import type { MoverSettings } from "../runtime/shared/environment";
import { Failure } from "./failure";
import { requireNamed } from "./target";
import type { Target } from "./target";

export interface ResolveDeps {
  readonly source: Pick<SourcePort, "describe" | "read" | "schedule" | "restore" | "isReadByService">;
  readonly home: Pick<HomePort, "metadata" | "read" | "write" | "label">;
  /** Removes the mover's tag. */
  readonly untag: (arn: string) => Promise<void>;
  readonly now: () => number;
}

/** A refusal that a person may end, as it was when it was shown. */
export interface Refused {
  readonly target: Target;
  readonly source: Source & { readonly currentVersionId: string };
  readonly home: Home;
  readonly reason: Conflict | "home-of-another" | "home-deleted";
}

const resolvable: readonly (Reason | undefined)[] = [
  "home-conflict",
  "home-rotated",
  "home-of-another",
  "home-deleted",
];
const isResolvable = (reason: Reason | undefined): reason is Refused["reason"] => resolvable.includes(reason);
const again = "look at it again, and run the same command again if you still want it";

/** @throws a {@link Failure} when there is nothing that a person has to decide */
export async function findRefusal(target: Target, settings: MoverSettings, deps: ResolveDeps): Promise<Refused> {
  const { name } = target;
  const home = await deps.home.metadata(target.path);
  const found = await deps.source.describe(target.id, "describe");
  if (found.is === "refused")
    throw new Failure(`AWS denies DescribeSecret of ${name}: docs/command-line.md lists what resolve needs.`);
  if (found.is === "absent") throw new Failure(`Secrets Manager has no secret ${name}: there is nothing to resolve.`);
  const { source } = found;
  requireNamed(target, source);
  const { currentVersionId } = source;
  const decision = decide(source, home, settings, { now: deps.now() });
  // The mover accepts a home with the same value. That the secret is still there shows that the values differ.
  const conflicts = isConflict(decision) || (decision.act === "recognise" && decision.by !== "own");
  const told: Reason | undefined = decision.act === "stop" ? decision.reason : undefined;
  const reason = conflicts ? await nameConflict(home, source.name, settings, deps.home.metadata) : told;
  if (currentVersionId === undefined || !isResolvable(reason)) {
    const why = reason === undefined ? "the mover can go on with it by itself" : reasons[reason];
    throw new Failure(`There is nothing to resolve for ${name}: ${why}.`);
  }
  // Nobody can read its value, and the mover would take what is done to it here for somebody else's deletion.
  if (source.scheduled) throw new Failure(`${name} is scheduled for deletion: homing undo restores it first.`);
  return { target, source: { ...source, currentVersionId }, home, reason };
}

/** Whether both sides hold the same value; `unknown` says why that can't be told. */
export type Compared =
  { readonly is: "equal" | "different" | "no-home" } | { readonly is: "unknown"; readonly why: string };

/** Reads both sides and compares them as the mover would. Neither value goes any further. */
export async function compareSides(
  { target, source, home }: Refused,
  settings: MoverSettings,
  deps: Pick<ResolveDeps, "source" | "home">,
): Promise<Compared> {
  const answer = await deps.home.read(target.path);
  if (answer.is === "gone") return { is: "no-home" };
  const read = await deps.source.read(source.arn, source.currentVersionId);
  if (read.is === "refused") return { is: "unknown", why: reasons[read.reason] };
  if (read.is === "stale" || answer.version !== home.currentVersion)
    return { is: "unknown", why: "one has just changed" };
  const encoded = encodeValue(read.value, settings.objects);
  if (encoded === "unsupported") return { is: "unknown", why: reasons["value-unsupported"] };
  return { is: holdsValue(answer.data, encoded.kind, read.value) ? "equal" : "different" };
}

/** What the mover would do with the source if there were no home, and no undo: the person decides anew. */
const wouldDo = ({ source }: Refused, settings: MoverSettings, now: number): "move" | "copy" | "nothing" => {
  const tags = Object.fromEntries(Object.entries(source.tags).filter(([key]) => key !== stateTag));
  const decision = decide({ ...source, tags }, absentHome, settings, { now });
  return decision.act === "write" ? decision.mode : "nothing";
};

/**
 * Writes the source's value as a new version over the one that the person saw, labels it and proves it. The login must
 * be the mover's, so that the mover knows the version for its own and goes on with it.
 *
 * @returns the new version
 */
export async function take(refused: Refused, settings: MoverSettings, deps: ResolveDeps): Promise<number> {
  const { target, source, home } = refused;
  const { name, path } = target;
  const { currentVersionId: versionId, suffix, arn } = source;
  if (wouldDo(refused, settings, deps.now()) === "nothing") {
    throw new Failure(`The deployment's mode for ${name} is audit: nothing is written.`);
  }
  const read = await deps.source.read(arn, versionId);
  if (read.is === "refused") throw new Failure(`The value of ${name} can't be read: ${reasons[read.reason]}.`);
  if (read.is === "stale") throw new Failure(`${name} has changed: ${again}.`);
  if (!isConfirmed(source, settings) && valueLooksVaultOwn(read.value, source) !== undefined) {
    throw new Failure(`${name}: ${reasons["vault-own"]}. Nothing is written.`);
  }
  const encoded = encodeValue(read.value, settings.objects);
  if (encoded === "unsupported") throw new Failure(`${name}: ${reasons["value-unsupported"]}.`);
  const base = home.currentVersion;
  const written = await deps.home.write(path, writeBody(encoded, base));
  if (written.is === "mismatch") throw new Failure(`The home of ${name} is no longer at version ${base}: ${again}.`);
  if (written.is === "rejected") throw new Failure(`${name}: ${reasons["home-rejected"]}.`);
  const { kind } = encoded;
  const labelled = await deps.home.label(path, {
    ...versionLabelPatch(home.labels, home.oldestVersion, written.version, { suffix, kind, versionId }),
    ...clearedDeletion(home.labels),
  });
  if (labelled.is !== "done") throw new Failure(`The home of ${name} took the value and not its label: ${again}.`);
  const claim = { path, before: home, base, homeVersion: written.version, versionId, kind, value: read.value };
  const proven = await prove({ ...claim, acceptForeign: false }, deps.home, settings);
  if (proven.is === "stale") throw new Failure(`The home of ${name} changed meanwhile: ${again}.`);
  if (proven.is === "refused")
    throw new Failure(`Version ${written.version} of the home of ${name}: ${reasons[proven.reason]}.`);
  return written.version;
}

/** @param refused what a refusal means for the secret */
function check(change: MutationResult, name: string, refused: string): void {
  if (change.is === "done") return;
  if (change.is === "stale") throw new Failure(`${name} has changed: ${again}.`);
  throw new Failure(`${refused} (${change.reason}): docs/command-line.md lists what resolve needs.`);
}

/** Whether the home still holds the version that the person saw, and will not expire. */
async function holdsSeen({ target, home }: Refused, deps: ResolveDeps): Promise<boolean> {
  const metadata = await deps.home.metadata(target.path);
  const seen = home.versions[home.currentVersion];
  // No two versions have the same time, and after a metadata delete another one has the same number.
  if (liveVersion(metadata, deps.now())?.createdTime !== seen?.createdTime) return false;
  const answer = await deps.home.read(target.path);
  return answer.is === "value" && answer.version === home.currentVersion && answer.deletionTime === "";
}

/**
 * Keeps what Vault holds and schedules the source for deletion, with the recovery window. The source's value is then
 * nowhere else, as the person decided. The mover's tag and labels are removed first, or it would take the deletion back.
 */
export async function keep(refused: Refused, settings: MoverSettings, deps: ResolveDeps): Promise<void> {
  const { target, source, home } = refused;
  const { name, path } = target;
  const { arn } = source;
  if (wouldDo(refused, settings, deps.now()) !== "move") {
    throw new Failure(`The mover itself would not delete ${name} (its mode, or a tool owns it): nothing is deleted.`);
  }
  const service = await deps.source.isReadByService(arn);
  if (service.is === "refused") throw new Failure(`AWS denies GetResourcePolicy of ${name}: nothing is deleted.`);
  if (service.read) throw new Failure(`${name}: ${reasons["service-read"]}; nothing is deleted.`);
  if (!(await holdsSeen(refused, deps))) {
    throw new Failure(
      `Vault does not hold version ${home.currentVersion} of the home of ${name} for good: nothing is deleted.`,
    );
  }
  const told = clearedDeletion(home.labels);
  if (Object.keys(told).length > 0 && (await deps.home.label(path, told)).is !== "done") {
    throw new Failure(`The home of ${name} changed meanwhile: ${again}.`);
  }
  if (source.tags[stateTag] !== undefined) await deps.untag(arn);
  const scheduled = await deps.source.schedule(arn, settings.recoveryWindowDays);
  if (scheduled.is === "has-replicas") {
    throw new Failure(`${name} is replicated to other regions: remove its replicas first. Nothing is deleted.`);
  }
  check(scheduled, name, `AWS refuses to delete ${name}`);
  const [held, found] = [await holdsSeen(refused, deps), await deps.source.describe(arn, "describe")];
  if (held && found.is === "found" && found.source.currentVersionId === source.currentVersionId) return;
  check(
    await deps.source.restore(arn),
    name,
    `${name} is scheduled for deletion, it or its home changed meanwhile, and AWS refuses RestoreSecret`,
  );
  throw new Failure(`${name} or its home changed while it was deleted: the deletion is taken back; ${again}.`);
}

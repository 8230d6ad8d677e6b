/** Forecasts what the mover would do with a secret, by `runtime/mover/decide.ts` and without reading a value. */
import { parseSecretArn } from "../runtime/model/arn";
import { requestedModes } from "../runtime/model/exemption";
import { absentHome } from "../runtime/model/home";
import type { Home, HomeVersion } from "../runtime/model/home";
import { readVersionLabel } from "../runtime/model/labels";
import type { OutcomeKind, Reason, RestoreCause } from "../runtime/model/outcome";
import { homePath, isSecretName } from "../runtime/model/path";
import type { Source } from "../runtime/model/source";
import { stateTag } from "../runtime/model/stateTag";
import { decide } from "../runtime/mover/decide";
import type { CopyOnly, Decision } from "../runtime/mover/decision";
import { hasTagRoom } from "../runtime/mover/deletion";
import { modeFor, ownedByIac } from "../runtime/mover/facts";
import { isConflict, lacksRotator, nameConflict } from "../runtime/mover/rotated";
import { modes } from "../runtime/shared/environment";
import type { MoverSettings } from "../runtime/shared/environment";

/**
 * What a run would do: `move` copies, proves and deletes · `copy` copies and proves · `restore` takes a scheduled
 * deletion back, after which the run starts over · `finish` ends what a stopped run left · `nothing`.
 */
export const acts = ["move", "copy", "restore", "finish", "nothing"] as const;
export type Act = (typeof acts)[number];

/** What else a person wants to know about a secret. */
export const traits = ["replicated", "rotating", "staged", "iac-owned", "service", "scheduled"] as const;
export type Trait = (typeof traits)[number];

export interface Forecast {
  readonly act: Act;
  /** The outcome that the run would end with; absent for `restore`, whose run starts over, and for `deletion-unseen`, whose run waits. */
  readonly outcome?: OutcomeKind;
  readonly reason: Reason | RestoreCause;
  /** Mode `audit`: what a higher mode would do. */
  readonly intent?: "copy" | "move" | "restore";
  /**
   * What gives this secret a lower mode than the stack's, where that is why it is not moved: its tag · a word in its tag
   * that is no mode · a rule in `modeRules`.
   */
  readonly modeBy?: "tag" | "no-mode" | "rule";
}

/** Whether only a person can do something about it. */
export const needsPerson = ({ outcome }: Pick<Forecast, "outcome">): boolean =>
  outcome === "refused" || outcome === "failed";

const isMode = (word: string): boolean => modes.some((mode) => mode === word);

/** The first word of a secret's tag that is no mode. */
export const wrongMode = ({ tags }: Pick<Source, "tags">): string | undefined =>
  requestedModes(tags).find((word) => !isMode(word));

function modeByOf(source: Source, settings: MoverSettings): Pick<Forecast, "modeBy"> {
  const untagged = modeFor({ ...source, tags: {} }, settings);
  if (modeFor(source, settings) !== untagged) {
    return { modeBy: wrongMode(source) === undefined ? "tag" : "no-mode" };
  }
  return untagged === settings.mode ? {} : { modeBy: "rule" };
}

const reached = (act: Act, outcome: OutcomeKind, reason: Reason): Forecast => ({ act, outcome, reason });

/** Whether the copy in this KV version is still settling; one that is yet to be written settles from then on. */
function isSettling(version: HomeVersion | undefined, { settleMinutes }: MoverSettings, now: number): boolean {
  if (settleMinutes === 0) return false;
  return version === undefined || !(Date.parse(version.createdTime) + settleMinutes * 60_000 <= now);
}

type Acting = Extract<Decision, { act: "write" | "prove" | "recognise" }>;

/**
 * Whether a run that finds the home equal would label it. An operator's version is recognised by its value at every look,
 * with its label or without.
 */
function lacksLabel(decision: Acting, home: Home): boolean {
  if (decision.act !== "recognise" || decision.by === "accept-equal") return false;
  const read = readVersionLabel(home.labels, decision.homeVersion);
  return read.is !== "ours" || read.label.versionId !== decision.versionId;
}

function forecastCopy(decision: Acting, source: Source, home: Home, settings: MoverSettings, now: number): Forecast {
  const writes = decision.act === "write";
  const stays = lacksLabel(decision, home) ? "finish" : "nothing";
  const reason: CopyOnly | "proven" = decision.copyOnly ?? "proven";
  if (decision.mode === "copy") {
    const end = writes ? reached("copy", "copied", reason) : reached(stays, "unchanged", reason);
    return reason === "proven" ? { ...end, ...modeByOf(source, settings) } : end;
  }
  if (isSettling(writes ? undefined : home.versions[decision.homeVersion], settings, now)) {
    return reached(writes ? "copy" : stays, "deferred", "settling");
  }
  if (!hasTagRoom(source)) return reached(writes ? "copy" : stays, "refused", "tags-full");
  return reached("move", "moved", "proven");
}

/** What follows from a decision. */
export function forecastOf(
  decision: Decision,
  source: Source,
  home: Home,
  settings: MoverSettings,
  now: number,
): Forecast {
  switch (decision.act) {
    case "stop":
      // A run is at work on it, or was stopped between its tag and its delete. Five minutes later a look can tell which.
      if (decision.reason === "deletion-unseen") return { act: "finish", reason: decision.reason };
      return reached("nothing", decision.outcome, decision.reason);
    case "report":
      return {
        ...reached("nothing", "skipped", "audit"),
        intent: decision.intent,
        ...modeByOf(source, settings),
      };
    case "restore":
      return { act: "restore", reason: decision.cause };
    case "put-back":
      return { act: "restore", reason: "replicas-missing" };
    case "relabel":
      return reached("finish", "unchanged", "already-moved");
    case "write":
    case "prove":
    case "recognise":
      return forecastCopy(decision, source, home, settings, now);
    default:
      return decision satisfies never;
  }
}

/** What the forecast may have to ask Vault and AWS, each only when it needs the answer. */
export interface Looks {
  /** Metadata of the entry at a path below the mount: the home, or its rotation. */
  readonly home: (path: string) => Promise<Home>;
  /** Whether the secret's resource policy lets an AWS service in. */
  readonly isReadByService: (arn: string) => Promise<boolean>;
}

/**
 * Whether the secret would be skipped whatever its home holds. A secret with the mover's tag may have something to
 * finish, so its home is always read.
 */
function settledWithoutHome(source: Source, settings: MoverSettings, now: number): Forecast | undefined {
  if (source.tags[stateTag] !== undefined) return undefined;
  const decision = decide(source, absentHome, settings, { now });
  return decision.act === "stop" ? forecastOf(decision, source, absentHome, settings, now) : undefined;
}

/** Forecasts what a run over this secret would come to now. */
export async function forecast(source: Source, settings: MoverSettings, looks: Looks, now: number): Promise<Forecast> {
  if (!source.name.startsWith(settings.namePrefix)) return reached("nothing", "skipped", "outside-prefix");
  if (parseSecretArn(source.arn)?.name !== source.name) return reached("nothing", "refused", "arn-mismatch");
  if (!isSecretName(source.name)) return reached("nothing", "refused", "name-unsupported");
  const settled = settledWithoutHome(source, settings, now);
  if (settled !== undefined) return settled;
  const home = await looks.home(homePath(settings, source.name));
  const decision = decide(source, home, settings, { now });
  if (await lacksRotator(decision, source, settings, looks.home))
    return reached("nothing", "skipped", "rotator-absent");
  const moves = decision.act === "report" ? decision.intent === "move" : "mode" in decision && decision.mode === "move";
  if (moves && (await looks.isReadByService(source.arn))) return reached("nothing", "skipped", "service-read");
  if (isConflict(decision)) {
    return reached("nothing", "refused", await nameConflict(home, source.name, settings, looks.home));
  }
  return forecastOf(decision, source, home, settings, now);
}

/** What is known of a secret from its description and its forecast. */
export function traitsOf(source: Source, { reason }: Forecast, settings: MoverSettings): readonly Trait[] {
  const byService = source.owningService !== undefined || reason === "service-owned" || reason === "service-read";
  const present: Readonly<Record<Trait, boolean>> = {
    replicated: source.replicas.length > 0 || source.primaryRegion !== undefined,
    rotating: source.rotating,
    staged: source.staged,
    "iac-owned": ownedByIac(source, settings),
    service: byService,
    scheduled: source.scheduled,
  };
  return traits.filter((trait) => present[trait]);
}

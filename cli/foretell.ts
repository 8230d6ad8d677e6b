/** What a forecast is to a person: a sentence about what would happen, never about what only a run finds out. */
import { modeTag } from "../runtime/model/labels";
import { reasons, restoreCauses } from "../runtime/model/outcome";
import type { Reason, RestoreCause } from "../runtime/model/outcome";
import { stateTag } from "../runtime/model/stateTag";
import type { MoverSettings } from "../runtime/shared/environment";
import type { Forecast } from "./forecast";

/** The sentence of what a run did come to. */
export const whyOf = (reason: Reason | RestoreCause): string =>
  reason in reasons ? reasons[reason as Reason] : restoreCauses[reason as RestoreCause];

const higherWould = {
  move: "mode move would move it",
  copy: "mode copy or move would copy it",
  restore: "mode copy or move would take its deletion back",
} as const;

/** What gives a secret a lower mode than the stack's, and what follows. */
function lowered({ modeBy, reason }: Forecast): string | undefined {
  const mode = reason === "audit" ? "audit" : "copy";
  switch (modeBy) {
    case "tag":
      return `the tag ${modeTag}=${mode} keeps it at mode ${mode}`;
    case "no-mode":
      return `the tag ${modeTag} has a word that is no mode, which counts as audit; use audit, copy, move or exempt`;
    case "rule":
      return `a rule in modeRules gives its name mode ${mode}`;
    case undefined:
      return undefined;
    default:
      return modeBy satisfies never;
  }
}

/** As after a run that stopped before its label: readers are told `unlabelled` until that is there. */
const labelled = "its home has no label for this version yet; a run compares it, and labels it if it is equal";

/** Where the reason's own sentence tells of a run that is over, or of a step that a plan can't know of. */
function ofTheFuture({ act, outcome, reason, intent }: Forecast, settings: MoverSettings): string | undefined {
  switch (reason) {
    case "audit":
      return intent === undefined ? undefined : `mode audit changes nothing; ${higherWould[intent]}`;
    case "proven":
      if (act === "move") {
        return `copied where Vault does not hold it yet, read back and compared, then deleted, restorable for ${settings.recoveryWindowDays} days`;
      }
      if (act === "finish") return labelled;
      return outcome === "unchanged"
        ? "its home has a version already; a run compares it, and writes nothing if it is equal"
        : "written to its home, read back and compared; it stays, since the mode is copy";
    case "settling":
      if (act === "finish") return labelled;
      return act === "copy"
        ? `written to its home, read back and compared; deleted ${settings.settleMinutes} minutes later at the earliest`
        : `it has been copied; it can be deleted ${settings.settleMinutes} minutes after that`;
    case "owned-by-iac":
    case "author-unknown":
    case "undone":
      return act === "finish" ? labelled : undefined;
    case "tags-full":
      if (act === "finish") return labelled;
      return act === "copy"
        ? `copied, and then kept: it has no room for the ${stateTag} tag, without which nothing is deleted`
        : undefined;
    case "already-moved":
      return act === "finish" ? "moved already; its home's labels of the deletion are written again" : undefined;
    case "deletion-unseen":
      return "a run began to delete it less than five minutes ago; a look after that tells whether it did";
    case "replicas-missing":
      return act === "restore"
        ? "a move removed its replicas; they are put back where replicaRegions names their regions"
        : undefined;
    default:
      return undefined;
  }
}

/** The sentence of a forecast. */
export const foretold = (forecast: Forecast, settings: MoverSettings): string =>
  lowered(forecast) ?? ofTheFuture(forecast, settings) ?? whyOf(forecast.reason);

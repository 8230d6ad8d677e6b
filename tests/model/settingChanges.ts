/** Deployments that change a setting: runs that begin afterwards have it, and those under way go on with the former one. */
import type { MoverSettings } from "../../runtime/shared/environment";
import { moverSettings } from "../support/builders";
import { formerEntity, operatorEntity, secondPrefix } from "./actors";

type Change = (settings: MoverSettings) => Partial<MoverSettings>;

const changes = {
  "set-audit": () => ({ mode: "audit" }),
  "set-copy": () => ({ mode: "copy" }),
  "set-move": () => ({ mode: "move" }),
  "set-rule": () => ({ modeRules: [{ pattern: "app/*", mode: "copy" }] }),
  "set-replicas": ({ replicas }) => ({ replicas: replicas === "skip" ? "remove" : "skip" }),
  "set-replica-regions": () => ({ replicaRegions: [] }),
  "set-rotation": ({ rotation }) => ({ rotation: rotation === "skip" ? "move" : "skip" }),
  "set-foreign": ({ foreignHomes }) => ({ foreignHomes: foreignHomes === "refuse" ? "accept-equal" : "refuse" }),
  "set-settle": () => ({ settleMinutes: 10 }),
  "set-window": () => ({ recoveryWindowDays: 7 }),
  "set-names": () => ({ namePrefix: "other/" }),
  "set-homes": ({ homeTemplate }) => ({
    homePrefix: secondPrefix,
    homeTemplate: homeTemplate.replace(/^aws/, secondPrefix),
  }),
} satisfies Readonly<Record<string, Change>>;

export const settingActs: readonly string[] = Object.keys(changes);

/** The settings after these deployments, in their order. */
export const settingsAfter = (settings: MoverSettings, deployed: readonly string[]): MoverSettings =>
  deployed.reduce<MoverSettings>(
    (before, act) => ({ ...before, ...(changes as Readonly<Record<string, Change>>)[act]?.(before) }),
    settings,
  );

/** Settings of the movers in the model: an operator, and an entity that a person uses today, are known to them. */
export const modelSettings = (over: Partial<MoverSettings> = {}): MoverSettings =>
  moverSettings({ operatorEntityIds: [operatorEntity], formerEntityIds: [formerEntity], ...over });

/** What a run that has these settings must never do; undefined when the call may be. */
export function forbidden(call: string, { mode, modeRules }: MoverSettings): string | undefined {
  const here = modeRules[0]?.mode ?? mode;
  if (here === "audit") return `mode: in audit a mover calls ${call}`;
  return here === "copy" && /^(schedule|removeReplicas)$/.test(call)
    ? `mode: in copy a mover calls ${call}`
    : undefined;
}

/** Who acts in the model, under which identity, and where. */
import { pendingPath } from "../../runtime/model/path";
import type { MoverSettings } from "../../runtime/shared/environment";
import { moverSettings } from "../support/builders";
import { pathOf } from "../support/world";

/** All secrets of the model have this name, one after another. */
export const name = "app/db";
export const path = pathOf(name);
/** Where the second stack has its homes: in the model the same Vault, elsewhere. */
export const secondPrefix = "elsewhere";
export const secondPath = path.replace(/^aws/, secondPrefix);

/** Who works on a message, and with what: the mover, the mover of a second stack, one from a terminal, or `homing undo`. */
export const actors = ["mover", "second stack", "operator", "undo"] as const;
export type Actor = (typeof actors)[number];

/** The second stack has an identity and homes of its own; an operator writes as another entity. */
export const secondEntity = "second-stacks-mover";
export const operatorEntity = "operator-in-a-terminal";
/** An entity that the setting `formerEntityIds` names, and with which a person works today. */
export const formerEntity = "former-and-today-a-person";
/** The rotator of the secret, and where it keeps the rotation. */
export const rotatorEntity = "rotator-of-this-secret";
export const recordPath = pendingPath(moverSettings(), name);

export const settingsOf = (settings: MoverSettings, actor: Actor): MoverSettings =>
  actor === "second stack"
    ? {
        ...settings,
        entityId: secondEntity,
        formerEntityIds: [],
        operatorEntityIds: [],
        homePrefix: secondPrefix,
        homeTemplate: settings.homeTemplate.replace(/^aws/, secondPrefix),
      }
    : settings;

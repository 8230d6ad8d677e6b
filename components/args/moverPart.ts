/** What the mover's function learns from the arguments. What depends on others gets its value here. */
import type { MoverSettings } from "../../runtime/shared/environment";
import type { MoverNames, Place } from "../aws/names";
import { withDefaults } from "./partDefaults";
import { defaults } from "./table";
import type { Values } from "./table";

export type MoverPart = Omit<MoverSettings, "entityId" | "operatorEntityIds" | "queueUrl" | "deadLetterQueueUrl">;

/** What a program that uses the mover alone tells of it. The rest is as in `Homing`, defaults included. */
export type GivenMover = Pick<MoverPart, "vaultAddress"> & Partial<Omit<MoverPart, "account" | "region">>;

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "");

/** Path of the auth method. */
export const loginPathOf = ({ login, loginPath }: Pick<Values, "login" | "loginPath">): string =>
  loginPath === "" ? `homing-${login}` : loginPath;
export const serverIdOf = ({ serverId }: Pick<Values, "serverId">, vaultAddress: string): string =>
  serverId === "" ? hostOf(vaultAddress) : serverId;
export const audienceOf = ({ audience }: Pick<Values, "audience">, vaultAddress: string): string =>
  audience === "" ? vaultAddress : audience;

/** Path of a home, with the prefix filled in. */
export const homeTemplateOf = ({ homePrefix, homeTemplate }: Pick<Values, "homePrefix" | "homeTemplate">): string =>
  homeTemplate.replaceAll("{homePrefix}", () => homePrefix);

/** The settings of the mover of one region. */
export function moverSettings(place: Place, values: Values, loginRole: string): MoverPart {
  const isAws = values.login === "aws";
  return {
    account: place.account,
    region: place.region,
    vaultAddress: values.vaultAddress,
    vaultNamespace: values.vaultNamespace,
    vaultCaCertificate: values.vaultCaCertificate,
    mount: values.mount,
    homePrefix: values.homePrefix,
    homeTemplate: homeTemplateOf(values),
    login: values.login,
    loginPath: loginPathOf(values),
    loginRole,
    serverId: isAws ? serverIdOf(values, values.vaultAddress) : "",
    audience: isAws ? "" : audienceOf(values, values.vaultAddress),
    signingAlgorithm: values.signingAlgorithm,
    formerEntityIds: values.formerEntityIds,
    formerPlaces: values.formerPlaces,
    authorship: values.authorship,
    mode: values.mode,
    modeRules: values.modeRules,
    namePrefix: values.namePrefix,
    exemptNames: values.exemptNames,
    confirmedNames: values.confirmedNames,
    ownerTags: values.ownerTags,
    serviceReadNames: values.serviceReadNames,
    replicas: values.replicas,
    replicaRegions: values.replicaRegions,
    rotation: values.rotation,
    objects: values.objects,
    foreignHomes: values.foreignHomes,
    recoveryWindowDays: values.recoveryWindowDays,
    settleMinutes: values.settleMinutes,
    deletesPerSecond: values.deletesPerSecond,
    maxConcurrency: values.maxConcurrency,
  };
}

/** The settings of the mover of one region, of which some are given. */
export const completeMover = (place: Place, names: MoverNames, given: GivenMover): MoverPart =>
  moverSettings(place, withDefaults(defaults, given), given.loginRole ?? names.vaultIdentity);

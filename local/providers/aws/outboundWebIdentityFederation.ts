import type { ResourceType } from "../resourceType";
import { text } from "../values";
import type { AwsClient } from "./client";

/**
 * The emulator has no token issuer whose tokens can be checked; the local cloud runs its own and says where.
 *
 * @throws when HOMING_LOCAL_ISSUER isn't set
 */
export function localIssuer(env: NodeJS.ProcessEnv): string {
  const issuer = env.HOMING_LOCAL_ISSUER;
  if (!issuer) throw new Error("HOMING_LOCAL_ISSUER isn't set: it has to be the address of the local token issuer");
  return issuer;
}

/** `aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation`: on as soon as the local issuer runs. */
export function outboundWebIdentityFederationType(client: AwsClient, env: NodeJS.ProcessEnv): ResourceType {
  return {
    properties: {},
    identity: [],

    async create() {
      const issuerIdentifier = localIssuer(env);
      const caller = await client.query("sts", "GetCallerIdentity", {});
      return { id: text(caller, "Account"), outputs: { issuerIdentifier } };
    },

    read: () => Promise.resolve({ issuerIdentifier: localIssuer(env) }),

    remove: () => Promise.resolve(),
  };
}

import { StackReference } from "@pulumi/pulumi";
import type { CustomResourceOptions } from "@pulumi/pulumi";

/** What another program learns of a mover's stack: plain values, since they decide which resources there are. */
export interface MoverStack {
  /** The account and region whose secrets the mover moves. */
  readonly account: string;
  readonly region: string;
  readonly vaultAddress: string;
  /** Empty for the root namespace. */
  readonly vaultNamespace: string;
  /** PEM of the private CA that signed Vault's certificate; empty for the public ones. */
  readonly vaultCaCertificate: string;
  readonly mount: string;
  readonly homePrefix: string;
  readonly homeTemplate: string;
  readonly loginMethod: "aws" | "jwt";
  /** Path of the auth method, without `auth/`. */
  readonly loginPath: string;
  /** `aws` only: the value of the signed `X-Vault-AWS-IAM-Server-ID` header. */
  readonly serverId: string;
  /** `jwt` only: the audience of web identity tokens. */
  readonly audience: string;
  readonly signingAlgorithm: "ES384" | "RS256";
}

const segments = /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/;

/** What each output has to look like. They end in policies and in paths of Vault, so nothing else is let in. */
const forms: Readonly<Record<keyof MoverStack, RegExp>> = {
  account: /^\d{12}$/,
  region: /^[a-z]{2}(-[a-z]+)+-\d$/,
  vaultAddress: /^https?:\/\/[^/\s]+$/,
  vaultNamespace: /^([A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*)?$/,
  vaultCaCertificate: /^(\s*-----BEGIN CERTIFICATE-----[^]*)?$/,
  mount: segments,
  homePrefix: segments,
  homeTemplate: /^[A-Za-z0-9_/{}-]+\/\{name\}$/,
  loginMethod: /^(aws|jwt)$/,
  loginPath: segments,
  serverId: /^\S*$/,
  audience: /^\S*$/,
  signingAlgorithm: /^(ES384|RS256)$/,
};

/** The names of the outputs that a program needs of a mover's stack. */
export const moverStackOutputs = Object.keys(forms) as readonly (keyof MoverStack)[];

/**
 * Narrows the outputs of a stack.
 *
 * @param stack its name, for the error
 * @throws one error that names every output that is missing or has another form
 */
export function moverStackOf(stack: string, outputs: Readonly<Record<string, unknown>>): MoverStack {
  const missing = moverStackOutputs.filter((name) => outputs[name] === undefined);
  const wrong = moverStackOutputs.filter((name) => {
    const value = outputs[name];
    return value !== undefined && !(typeof value === "string" && forms[name].test(value));
  });
  const faults = [
    ...(missing.length > 0 ? [`it has no output ${missing.join(", ")}`] : []),
    ...wrong.map((name) => `its output ${name} is not what a mover's stack has there`),
    ...(outputs.loginMethod === "jwt" && outputs.audience === "" ? ["its output audience is empty"] : []),
  ];
  if (faults.length > 0) {
    throw new Error(
      `Secrets can't be read by way of stack ${stack}: ${faults.join("; ")}. Name a stack of homing, and run pulumi up there if it was deployed by an older version.`,
    );
  }
  return Object.fromEntries(moverStackOutputs.map((name) => [name, outputs[name]])) as unknown as MoverStack;
}

/**
 * Reads what another program needs of a mover's stack, already during the preview. An output that is kept as a secret
 * there counts as missing: none of the mover's is one.
 *
 * @param stack as in `acme/homing/prod`; called once for a stack
 * @throws one error that names every output that is missing or has another form
 */
export async function readMoverStack(stack: string, opts?: CustomResourceOptions): Promise<MoverStack> {
  const reference = new StackReference(stack, undefined, opts);
  const read = moverStackOutputs.map(async (name): Promise<[string, unknown]> => {
    const details = await reference.getOutputDetails(name);
    return [name, details.value as unknown];
  });
  return moverStackOf(stack, Object.fromEntries(await Promise.all(read)));
}

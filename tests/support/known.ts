import type { Output } from "@pulumi/pulumi";

/** The value of an output, once it is known. Pulumi's types hide the promise. */
export const known = <T>(value: Output<T>): Promise<T> => (value as unknown as { promise: () => Promise<T> }).promise();

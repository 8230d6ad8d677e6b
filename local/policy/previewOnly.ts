/**
 * A provider plugin for previews only. It accepts every resource as the program gave it, and creates none: the policy
 * pack can judge a program without a cloud.
 */
import { main } from "@pulumi/pulumi/provider";
import type { Provider } from "@pulumi/pulumi/provider";
import { partitionOf } from "../providers/aws/invokes";

/** The account of AWS's own examples. */
const account = "111122223333";
const region = "eu-west-1";

const answers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: account, arn: `arn:aws:iam::${account}:root` },
  "aws:index/getRegion:getRegion": { region, name: region },
  "aws:index/getPartition:getPartition": partitionOf(region),
};

const refuse = (): Promise<never> => Promise.reject(new Error("this provider is for previews only and makes nothing"));

const provider: Provider = {
  version: "0.0.0",
  check: (_urn: string, _olds: unknown, inputs: unknown) => Promise.resolve({ inputs, failures: [] }),
  diff: () => Promise.resolve({}),
  create: refuse,
  update: refuse,
  delete: refuse,
  read: refuse,
  invoke: (token: string) => {
    const outputs = answers[token];
    return outputs === undefined
      ? Promise.reject(new Error(`${token}: this provider is for previews only and has no such function`))
      : Promise.resolve({ outputs });
  },
};

void main(provider, process.argv.slice(2));

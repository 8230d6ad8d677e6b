import { runtime } from "@pulumi/pulumi";

import { leaveOutPromiseTraces } from "./promiseTraces";

/** A resource as the program registered it: what it asked for and under which options. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URN and id of the provider; empty for the stack's own. */
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly replaceOnChanges: readonly string[];
  /** Names of the hooks that run before an update. */
  readonly beforeUpdate: readonly string[];
  /** URN of the parent; it ends in `::<name>`. */
  readonly parent: string;
  /** URNs of the resources that must exist before: `dependsOn` and what the inputs came from. */
  readonly dependencies: readonly string[];
}

/** A provider function that the program called. */
export interface Invoked {
  readonly token: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface Recording {
  readonly resources: readonly Registered[];
  readonly invokes: readonly Invoked[];
}

/** Answers of the provider functions by token; a function without an answer fails the program. */
export type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export const account = "123456789012";
export const region = "eu-west-1";

export const awsAnswers: Answers = {
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: account, arn: `arn:aws:iam::${account}:root` },
  "aws:index/getRegion:getRegion": { region },
  "aws:index/getPartition:getPartition": { partition: "aws", dnsSuffix: "amazonaws.com" },
};

/** The region of a provider that the program made, else the stack's. */
const regionOf = (provider: string | undefined): string =>
  /::(?:[\w-]+-)?aws-([a-z]+-[a-z-]+-\d+)::/.exec(provider ?? "")?.[1] ?? region;

/** What the clouds add to a resource's inputs. */
function computed(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
  provider: string | undefined,
): Record<string, unknown> {
  const own = String(inputs.name);
  const region = regionOf(provider);
  switch (type) {
    case "aws:sqs/queue:Queue":
      return {
        arn: `arn:aws:sqs:${region}:${account}:${own}`,
        url: `https://sqs.${region}.amazonaws.com/${account}/${own}`,
      };
    case "aws:lambda/function:Function":
      return { arn: `arn:aws:lambda:${region}:${account}:function:${own}` };
    case "aws:sns/topic:Topic":
      return { arn: `arn:aws:sns:${region}:${account}:${own}` };
    case "aws:iam/policy:Policy":
      return { arn: `arn:aws:iam::${account}:policy${String(inputs.path)}${own}` };
    case "aws:iam/role:Role":
      return { arn: `arn:aws:iam::${account}:role/${own}` };
    case "aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation":
      return { issuerIdentifier: "https://issuer.example" };
    case "vault:aws/authBackendRole:AuthBackendRole":
      return { roleId: "vault-role-id" };
    case "vault:index/authBackend:AuthBackend":
    case "vault:jwt/authBackend:AuthBackend":
      return { accessor: `${name}-accessor` };
    default:
      return {};
  }
}

/** The part of the engine's request that mocks don't show. */
interface Registration {
  getType: () => string;
  getName: () => string;
  getProtect: () => boolean;
  getRetainondelete: () => boolean;
  getReplaceonchangesList: () => string[];
  getHooks: () => { getBeforeUpdateList: () => string[] } | undefined;
  getParent: () => string;
  getProvider: () => string;
  getDependenciesList: () => string[];
}

/**
 * Puts a recording engine in the place of the real one. Call it anew for every run, before the first resource.
 *
 * @param answers of the provider functions that the program may call
 * @param config the program's configuration, keys with their namespace
 * @param stacks outputs of the stacks that the program may refer to, by name
 */
export async function record(
  answers: Answers = awsAnswers,
  config: Record<string, string> = {},
  stacks: Answers = {},
): Promise<Recording> {
  leaveOutPromiseTraces();
  const resources: Registered[] = [];
  const invokes: Invoked[] = [];
  const inputs = new Map<string, Readonly<Record<string, unknown>>>();
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given, provider }) => {
        const own = given as Record<string, unknown>;
        if (type === "pulumi:pulumi:StackReference") {
          return { id: name, state: { name, outputs: stacks[name] ?? {}, secretOutputNames: [] } };
        }
        inputs.set(`${type} ${name}`, own);
        return { id: `${name}-id`, state: { ...own, ...computed(type, name, own, provider) } };
      },
      call: ({ token, inputs: given }) => {
        const args = given as Record<string, unknown>;
        invokes.push({ token, args });
        const answer = answers[token];
        if (!answer) throw new Error(`no answer for ${token}`);
        return answer;
      },
    },
    "homing",
    "test",
    false,
  );
  runtime.setAllConfig(config);

  const monitor = runtime.getMonitor() as unknown as {
    registerResource: (request: Registration, done: (error: unknown, response: unknown) => void) => Promise<void>;
    registerResourceHook: (request: unknown, done: (error: unknown, response: unknown) => void) => void;
  };
  // The SDK's mocks say that they know hooks, and don't.
  monitor.registerResourceHook = (_request, done) => {
    done(null, {});
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = async (request, done) => {
    await register(request, (error, response) => {
      const [type, name] = [request.getType(), request.getName()];
      resources.push({
        type,
        name,
        inputs: inputs.get(`${type} ${name}`) ?? {},
        provider: request.getProvider(),
        protect: request.getProtect(),
        retainOnDelete: request.getRetainondelete(),
        replaceOnChanges: request.getReplaceonchangesList(),
        beforeUpdate: request.getHooks()?.getBeforeUpdateList() ?? [],
        parent: request.getParent(),
        dependencies: request.getDependenciesList(),
      });
      done(error, response);
    });
  };
  return { resources, invokes };
}

/** Runs what makes resources, waits until all are registered, and fails if one of them did. */
export async function settle(make: () => unknown): Promise<void> {
  await make();
  await runtime.disconnect();
}

/** The one resource of a type, or of a type and a name. */
export function only(recording: Recording, type: string, name?: string): Registered {
  const found = recording.resources.filter((one) => one.type === type && (name === undefined || one.name === name));
  if (found.length !== 1 || !found[0]) {
    throw new Error(
      `${found.length} of ${type} ${name ?? ""}; there are ${recording.resources.map((one) => `${one.type} ${one.name}`).join(", ")}`,
    );
  }
  return found[0];
}

/** The types of all resources, sorted, each as often as it occurs. */
export const typesOf = ({ resources }: Recording): string[] => resources.map(({ type }) => type).sort();

import { main } from "@pulumi/pulumi/provider";
import type { DiffResult, Provider } from "@pulumi/pulumi/provider";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { providerOf } from "./resourceProvider";
import type { Difference, Operations } from "./resourceProvider";
import type { ProviderTable } from "./resourceType";
import { plainValues } from "./values";
import type { Values } from "./values";

/** The engine reports a plugin that ends at once as a defect of the plugin. So one that can't work runs on and says why. */
function refusing(reason: unknown): Operations {
  const refuse = () => Promise.reject(reason instanceof Error ? reason : new Error(String(reason)));
  return { check: refuse, diff: refuse, create: refuse, read: refuse, update: refuse, delete: refuse, invoke: refuse };
}

/** The SDK's server answers the engine's Configure itself and does not pass it on, so it is read before it gets there. */
function onConfigure(tell: (configuration: Values) => void): void {
  const { configure } = ResourceProviderService;
  const read = configure.requestDeserialize;
  configure.requestDeserialize = (bytes) => {
    const request = read(bytes);
    tell(plainValues(request.getArgs()?.toJavaScript() ?? {}));
    return request;
  };
}

/** A resource that is imported has no properties yet, and the SDK's server reads them all the same. */
function onImport(): void {
  const { read } = ResourceProviderService;
  const deserialize = read.requestDeserialize;
  read.requestDeserialize = (bytes) => {
    const request = deserialize(bytes);
    if (request.getProperties() === undefined) request.setProperties(Struct.fromJavaScript({}));
    return request;
  };
}

const changedMark = "changed ";

/**
 * The SDK's server passes on which properties replace a resource, but not which ones differ. Without the latter the engine
 * does not follow `replaceOnChanges`. So these are sent among the others, with a mark, and are separated afterwards.
 */
function passOnChanges(): void {
  const { diff } = ResourceProviderService;
  const write = diff.responseSerialize;
  diff.responseSerialize = (response) => {
    const [changed, replaces] = parted(response.getReplacesList());
    response.setReplacesList(replaces).setDiffsList(changed);
    return write(response);
  };
}

function parted(names: readonly string[]): readonly [string[], string[]] {
  const marked = names.filter((name) => name.startsWith(changedMark));
  return [marked.map((name) => name.slice(changedMark.length)), names.filter((name) => !marked.includes(name))];
}

async function marked(difference: Promise<Difference>): Promise<DiffResult> {
  const { changed, replaces = [], ...rest } = await difference;
  return { ...rest, replaces: [...replaces, ...changed.map((name) => changedMark + name)] };
}

/**
 * Runs a provider plugin: prints the port on which the engine reaches it, then answers until the engine ends it. The
 * engine starts one for each provider that a stack has.
 *
 * @param version of the package that the plugin stands for
 * @param makeTable gets the provider's configuration: the stack's settings, or what the program gave a provider of its
 *   own. It may throw when the environment lacks something; every request is then refused with its message
 */
export function serve(version: string, makeTable: (configuration: Values) => ProviderTable): void {
  let current: Operations = refusing("The engine has not configured the provider.");
  onConfigure((configuration) => {
    try {
      current = providerOf(makeTable(configuration));
    } catch (error) {
      current = refusing(error);
    }
  });
  onImport();
  passOnChanges();
  const provider: Provider = {
    version,
    check: (...args) => current.check(...args),
    diff: (...args: Parameters<Operations["diff"]>) => marked(current.diff(...args)),
    create: (...args) => current.create(...args),
    read: (...args) => current.read(...args),
    update: (...args) => current.update(...args),
    delete: (...args) => current.delete(...args),
    invoke: (...args) => current.invoke(...args),
  };
  void main(provider, process.argv.slice(2));
}

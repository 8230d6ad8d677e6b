import { main } from "@pulumi/pulumi/provider";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { providerOf } from "./resourceProvider";
import type { Operations } from "./resourceProvider";
import type { ProviderTable } from "./resourceType";
import { plainValues } from "./values";
import type { Values } from "./values";

/** A plugin that ends at once is reported as its author's mistake, so one that can't work runs and says why. */
function refusing(reason: unknown): Operations {
  const refuse = () => Promise.reject(reason instanceof Error ? reason : new Error(String(reason)));
  return { check: refuse, diff: refuse, create: refuse, read: refuse, update: refuse, delete: refuse, invoke: refuse };
}

/** The SDK's server answers the engine's Configure by itself and tells nobody what was in it: it is read on its way in. */
function onConfigure(tell: (configuration: Values) => void): void {
  const { configure } = ResourceProviderService;
  const read = configure.requestDeserialize;
  configure.requestDeserialize = (bytes) => {
    const request = read(bytes);
    tell(plainValues(request.getArgs()?.toJavaScript() ?? {}));
    return request;
  };
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
  const provider: Operations = {
    check: (...args) => current.check(...args),
    diff: (...args) => current.diff(...args),
    create: (...args) => current.create(...args),
    read: (...args) => current.read(...args),
    update: (...args) => current.update(...args),
    delete: (...args) => current.delete(...args),
    invoke: (...args) => current.invoke(...args),
  };
  void main({ ...provider, version }, process.argv.slice(2));
}

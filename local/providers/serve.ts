import { main } from "@pulumi/pulumi/provider";
import type { Provider } from "@pulumi/pulumi/provider";
import { providerOf } from "./resourceProvider";
import type { ProviderTable } from "./resourceType";

/** A plugin that ends at once is reported as its author's mistake, so one that can't work runs and says why. */
function refusing(reason: unknown): Provider {
  const refuse = () => Promise.reject(reason instanceof Error ? reason : new Error(String(reason)));
  return { check: refuse, diff: refuse, create: refuse, read: refuse, update: refuse, delete: refuse, invoke: refuse };
}

/**
 * Runs a provider plugin: prints the port on which the engine reaches it, then answers until the engine ends it.
 *
 * @param version of the package that the plugin stands for
 * @param makeTable may throw when the environment lacks something; every request is then refused with its message
 */
export function serve(version: string, makeTable: () => ProviderTable): void {
  let provider: Provider;
  try {
    provider = providerOf(makeTable());
  } catch (error) {
    provider = refusing(error);
  }
  void main({ ...provider, version }, process.argv.slice(2));
}

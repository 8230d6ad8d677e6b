import { main } from "@pulumi/pulumi/provider";
import { providerOf } from "./resourceProvider";
import type { ProviderTable } from "./resourceType";

/**
 * Runs a provider plugin: prints the port on which the engine reaches it, then answers until the engine ends it.
 * When the table can't be made, the reason goes to the error output and the process ends with 1.
 */
export function serve(makeTable: () => ProviderTable): void {
  let table: ProviderTable;
  try {
    table = makeTable();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
    return;
  }
  void main(providerOf(table), process.argv.slice(2));
}

/** Prints the milliseconds that Pulumi takes to serialize both functions. A process of its own, since it keeps what it saw. */
import { runtime } from "@pulumi/pulumi";

import { moverHandler } from "../runtime/mover/handler";
import { sweepHandler } from "../runtime/sweeper/handler";

async function main(): Promise<number> {
  const started = performance.now();
  for (const callbackFactory of [moverHandler, sweepHandler]) {
    await runtime.serializeFunction(callbackFactory, { isFactoryFunction: true });
  }
  return performance.now() - started;
}

main().then(
  (ms) => {
    process.stdout.write(ms.toString());
  },
  (error: unknown) => {
    process.stderr.write(String(error));
    process.exitCode = 1;
  },
);

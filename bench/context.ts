/** What the parts share. */
import { startCloud } from "../local/cloud";
import type { LocalCloud } from "../local/cloud";
import type { Context } from "./parts/part";

export interface OpenContext extends Context {
  readonly close: () => Promise<void>;
}

export function openContext(progress: (line: string) => void): OpenContext {
  let cloud: Promise<LocalCloud> | undefined;
  return {
    progress,
    cloud: () => {
      cloud ??= startCloud({
        name: "bench",
        mode: "move",
        login: "aws",
        server: "vault",
        // No sweep in the middle of a measurement, the fastest deletes, and a token that outlives the bare loop.
        settings: { sweepEnabled: "false", deletesPerSecond: "25", tokenTtlMinutes: "60" },
        progress,
      });
      return cloud;
    },
    close: async () => {
      await (await cloud)?.stop();
    },
  };
}

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
        // No sweep in the middle of a measurement, and no pace of deletes: its time is in docs/scale.md.
        settings: { sweepEnabled: "false", deletesPerSecond: "25" },
        progress,
      });
      return cloud;
    },
    close: async () => {
      await (await cloud)?.stop();
    },
  };
}

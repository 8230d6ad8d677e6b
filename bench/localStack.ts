/** How long the program takes to deploy into the local cloud, and how long the tools take to install. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startCloud } from "../local/cloud";
import { installTools } from "../local/tools";
import type { Figure } from "./figures";

/** One `up` from nothing and one that changes nothing, by the real engine with the local provider plugins. */
export async function measureUps(progress: (line: string) => void): Promise<readonly Figure[]> {
  const cloud = await startCloud({ name: "bench", mode: "move", login: "aws", server: "vault", progress });
  try {
    progress("updating a second time");
    const second = await cloud.up();
    const changed = Object.keys(second.changes).filter((change) => change !== "same");
    if (changed.length > 0) throw new Error(`the second up is not without changes: ${changed.join(", ")}`);
    return [
      { name: "first `up` of the local stack", unit: "s", samples: [cloud.firstUp.durationMs / 1_000] },
      { name: "second `up`, without changes", unit: "s", samples: [second.durationMs / 1_000] },
    ];
  } finally {
    await cloud.stop();
  }
}

/** Installs all tools into a folder of their own, as a fresh clone does. */
export async function measureInstall(progress: (line: string) => void): Promise<Figure> {
  const root = mkdtempSync(join(tmpdir(), "homing-tools-"));
  try {
    const started = performance.now();
    await installTools({ server: "vault", vaultAwsPlugin: true, root, progress });
    return {
      name: "tools' cold install",
      unit: "s",
      samples: [(performance.now() - started) / 1_000],
      note: "Vault compiled included; the caches of npm, pip and Go were as they are on this machine.",
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

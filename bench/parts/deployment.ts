/** How long the program takes: to serialize its functions, to preview, to deploy into the local cloud. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Figure } from "../figures";
import type { Context, Part } from "./part";

const checkout = join(__dirname, "..", "..");
const repeats = 3;

/** Serializes both functions in fresh processes, as each run of the program does. */
async function measureSerialization(): Promise<Figure> {
  const samples: number[] = [];
  for (let time = 0; time < repeats; time += 1) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--require", "ts-node/register/transpile-only", join(checkout, "bench", "serialization.ts")],
      { cwd: checkout },
    );
    samples.push(Number(stdout));
  }
  return {
    name: "serialization of both functions",
    unit: "s",
    samples: samples.map((ms) => ms / 1_000),
    note: "Pulumi's `serializeFunction` in a fresh process, its modules loaded before.",
  };
}

async function measure({ progress, cloud: open }: Context): Promise<readonly Figure[]> {
  progress("serializing");
  const serialization = await measureSerialization();
  const cloud = await open();
  const previews: number[] = [];
  progress(`previewing ${repeats} times`);
  for (let time = 0; time < repeats; time += 1) {
    const started = performance.now();
    const { changeSummary } = await cloud.stack.stack.preview();
    previews.push((performance.now() - started) / 1_000);
    const changed = Object.keys(changeSummary).filter((change) => change !== "same");
    if (changed.length > 0) throw new Error(`the preview is not without changes: ${changed.join(", ")}`);
  }
  progress("updating a second time");
  const second = await cloud.up();
  const changed = Object.keys(second.changes).filter((change) => change !== "same");
  if (changed.length > 0) throw new Error(`the second up is not without changes: ${changed.join(", ")}`);
  return [
    serialization,
    { name: "`preview` without changes", unit: "s", samples: previews },
    { name: "first `up`", unit: "s", samples: [cloud.firstUp.durationMs / 1_000] },
    { name: "second `up`, without changes", unit: "s", samples: [second.durationMs / 1_000] },
  ];
}

export const deployment: Part = {
  name: "deploy",
  title: "Preview and deployment",
  about:
    "The real Pulumi engine with the language host and the provider plugins of the local cloud; the program runs in a process of its own each time, as it does for a user.",
  measure,
};

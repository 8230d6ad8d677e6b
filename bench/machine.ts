/** Where the figures come from, without anything that tells whose machine it is. */
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

import { print } from "./table";

/** @param functionNode version of the Node that the function ran on */
export function describeMachine(functionNode: string): readonly string[] {
  const [model] = cpus();
  const [load = 0] = loadavg();
  return [
    `- ${availableParallelism()} cores (${model?.model.trim() ?? "unknown"}), ${print(totalmem() / 2 ** 30)} GiB of memory`,
    `- ${platform()} ${/^\d+(\.\d+)?/.exec(release())?.[0] ?? ""}, ${arch()}`,
    `- Node ${functionNode} for the function, Node ${process.version} for everything else`,
    `- load average when it began: ${load.toFixed(1)}`,
    `- date: ${new Date().toISOString().slice(0, 10)}`,
  ];
}

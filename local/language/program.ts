import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { preloadVariable } from "./preload";

/** The runner's exit code for an error that it has shown already. */
const hasToldTheUser = 32;

/** What Pulumi.yaml says below `runtime: options`, as far as it changes how a program is run. */
interface RuntimeOptions {
  readonly typescript?: unknown;
  readonly tsconfig?: unknown;
  readonly nodeargs?: unknown;
}

/** The runner of the program's own packages, so that the program and the runner share one SDK. */
function runnerOf(directory: string): string {
  try {
    return createRequire(join(directory, "any.js")).resolve("@pulumi/pulumi/cmd/run");
  } catch (cause) {
    throw new Error(`no @pulumi/pulumi for the program in ${directory}: has npm ci been run there?`, { cause });
  }
}

function runnerArguments(request: RunRequest, rootDirectory: string, entryPoint: string, engine: string): string[] {
  const named = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": rootDirectory,
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const options = Object.entries(named).flatMap(([name, value]) => [`--${name}`, value]);
  return [...options, ...(request.getDryrun() ? ["--dry-run"] : []), entryPoint, ...request.getArgsList()];
}

function environmentOf(request: RunRequest, options: RuntimeOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: String(options.typescript !== false),
    ...(typeof options.tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
  };
}

/**
 * Runs a program to its end, with this process's output: the engine shows it to the person.
 *
 * @param engine the engine's address
 * @returns without an error when the program ended well, with `bail` when it has shown its error itself
 * @throws when it can't be started
 */
export async function runProgram(request: RunRequest, engine: string): Promise<RunResponse> {
  const info = request.getInfo();
  if (info === undefined) throw new Error("the engine tells nothing of the program's folder: it is older than 3.200");
  const options = (info.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
  const nodeArguments = typeof options.nodeargs === "string" ? options.nodeargs.split(" ").filter(Boolean) : [];
  const runner = runnerOf(info.getProgramDirectory());
  const args = runnerArguments(request, info.getRootDirectory(), info.getEntryPoint(), engine);
  const preloaded = process.env[preloadVariable];
  const preload = preloaded === undefined ? [] : ["-r", preloaded];
  const child = spawn("node", [...nodeArguments, ...preload, runner, ...args], {
    env: environmentOf(request, options),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        resolve({ code, signal });
      });
    },
  );
  if (code === 0) return new RunResponse();
  if (code === hasToldTheUser) return new RunResponse().setBail(true);
  const how = signal === null ? `exit code ${code ?? "none"}` : `signal ${signal}`;
  return new RunResponse().setError(`The program ended with ${how}; what it printed is above.`);
}

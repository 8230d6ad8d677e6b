/** Runs a program's folder as a stack of the real Pulumi engine, as `pulumi` does there, with the local plugins. */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";

import { preloadVariable } from "./language/preload";
import type { EngineTools } from "./tools";

export interface StackOptions {
  readonly name: string;
  readonly tools: EngineTools;
  /** State, the engine's home and its plugins' logs go here. */
  readonly directory: string;
  /** The folder of the program, with its Pulumi.yaml. Default: this checkout. */
  readonly program?: string;
  /** Folders of plugins that come before the local ones. */
  readonly plugins?: readonly string[];
  /** Where AWS and Vault are, for the provider plugins. */
  readonly environment: Readonly<Record<string, string>>;
  /** Gets the engine's own output, line by line. */
  readonly onOutput: (text: string) => void;
}

/** Resource operations of an update by kind: `create`, `update`, `same`, … */
export type Changes = Readonly<Record<string, number>>;

export interface UpResult {
  readonly changes: Changes;
  readonly outputs: Readonly<Record<string, string>>;
  readonly durationMs: number;
}

export interface LocalStack {
  readonly stack: Stack;
  readonly backendUrl: string;
  /** Sets the configuration, whole, and tells what an update would do. */
  readonly preview: (config: Readonly<Record<string, string>>) => Promise<Changes>;
  /** Sets the configuration, whole, and updates. */
  readonly up: (config: Readonly<Record<string, string>>) => Promise<UpResult>;
  readonly destroy: () => Promise<void>;
  /** Forgets the stack: its file in the checkout and its state. */
  readonly forget: () => void;
}

export const checkout = dirname(__dirname);
/** Folders for PATH, where the engine looks for the language host and the provider plugins. */
export const pluginDirectories = [join(__dirname, "language", "bin"), join(__dirname, "providers", "bin")];
/** The engine has been seen to print a program's error and then wait; a first `up` takes well under a minute. */
const limitMs = 300_000;

/** Texts as they are, all else as JSON. */
const stringOutputs = (outputs: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );

/**
 * After each operation the Automation API asks the engine for outputs, twice, and for the history, which takes a third of
 * a small operation's time. Afterwards it asks for neither: {@link changesOf} tells what an operation changed.
 */
export function askNothingAfterwards(stack: Stack): void {
  Object.assign(stack, { outputs: () => Promise.resolve({}), info: () => Promise.resolve(undefined) });
}

/** Runs an operation, and takes its changes from the engine's own last event. */
export async function changesOf(
  operation: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<Changes | undefined> {
  let changes: Changes | undefined;
  await operation(({ summaryEvent }) => {
    if (summaryEvent !== undefined) changes = { ...summaryEvent.resourceChanges };
  });
  return changes;
}

/** Lists, objects and truth values are written as such; every other setting is a text, as `pulumi config set` has it. */
function structure(value: string): unknown {
  if (!/^[[{]|^(?:true|false)$/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // The program knows the setting's name, and says what it has to be.
    return value;
  }
}

/** Runs an operation of the engine; when it does not end in time, cancels it and shows what it printed. */
async function limited<T>(stack: Stack, what: string, printed: () => string, run: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`pulumi ${what} did not end within ${(limitMs / 1_000).toString()} s:\n${printed()}`));
      void stack.cancel();
    }, limitMs);
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Every operation of a program says how many resources it has: one is the stack, which is there by itself. */
function refuseEmpty(what: string, changes: Changes): void {
  const resources = Object.entries(changes).reduce((sum, [kind, count]) => (kind === "delete" ? sum : sum + count), 0);
  if (resources > 1) return;
  throw new Error(
    `pulumi ${what}: the program made nothing. Which file the SDK ran: "main" in Pulumi.yaml, else "exports" or "main" in package.json.`,
  );
}

/** What makes the tests' programs and plugins start sooner. */
const inherited = (): Record<string, string> =>
  Object.fromEntries(
    [preloadVariable, "NODE_COMPILE_CACHE"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/**
 * The environment of the `pulumi` command.
 *
 * Node 24 runs the program and the plugins: with Node 20 the SDK takes up to a minute to show a program's error.
 */
export const commandEnvironment = ({
  tools,
  directory,
  plugins = [],
  environment,
}: Pick<StackOptions, "tools" | "directory" | "plugins" | "environment">): Record<string, string> => ({
  PATH: [...plugins, ...pluginDirectories, tools.nodeDirectory, "/usr/bin", "/bin"].join(":"),
  PULUMI_HOME: join(directory, "home"),
  PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
  // The local cloud's state holds nothing that outlives it.
  PULUMI_CONFIG_PASSPHRASE: "local",
  PULUMI_SKIP_UPDATE_CHECK: "true",
  // So it is written once, at the end of an operation. Writing it after every resource takes a fifth of an update's time.
  PULUMI_EXPERIMENTAL: "true",
  PULUMI_SKIP_CHECKPOINTS: "true",
  ...inherited(),
  ...environment,
});

/** Opens the stack, new or as its state was left. */
export async function openStack(options: StackOptions): Promise<LocalStack> {
  const { name, directory, program = checkout } = options;
  const engine = join(directory, "engine");
  mkdirSync(join(directory, "state"), { recursive: true, mode: 0o700 });
  mkdirSync(join(engine, "bin"), { recursive: true });
  // The Automation API finds a given engine only as `bin/pulumi` below a folder.
  rmSync(join(engine, "bin", "pulumi"), { force: true });
  symlinkSync(options.tools.pulumi, join(engine, "bin", "pulumi"));

  const { PULUMI_HOME: pulumiHome = "", ...envVars } = commandEnvironment(options);
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, workDir: program },
    { pulumiHome, pulumiCommand: await PulumiCommand.get({ root: engine }), envVars },
  );

  askNothingAfterwards(stack);

  let printed: string[] = [];
  const onOutput = (text: string): void => {
    printed = [...printed.slice(-200), text];
    options.onOutput(text);
  };
  const recent = (): string => printed.join("");
  const settingsFile = join(program, `Pulumi.${name}.yaml`);
  const configure = (config: Readonly<Record<string, string>>): void => {
    // JSON is YAML; written whole, since the engine's own command can't set lists.
    const structured = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, structure(value)]));
    writeFileSync(settingsFile, JSON.stringify({ config: structured }, null, 2));
  };

  async function readOutputs(): Promise<Readonly<Record<string, string>>> {
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", name];
    const env = { ...process.env, ...commandEnvironment(options) };
    const { stdout } = await promisify(execFile)(options.tools.pulumi, args, { cwd: program, env });
    return stringOutputs(JSON.parse(stdout) as Readonly<Record<string, unknown>>);
  }

  return {
    stack,
    backendUrl: envVars["PULUMI_BACKEND_URL"] ?? "",
    async preview(config) {
      configure(config);
      const { changeSummary } = await limited(stack, "preview", recent, () =>
        stack.preview({ onOutput, onError: onOutput }),
      );
      const changes = { ...changeSummary };
      refuseEmpty("preview", changes);
      return changes;
    },
    async up(config) {
      const started = performance.now();
      configure(config);
      const changes = await limited(stack, "up", recent, () =>
        changesOf((onEvent) => stack.up({ onOutput, onError: onOutput, onEvent })),
      );
      refuseEmpty("up", changes ?? {});
      return { changes: changes ?? {}, outputs: await readOutputs(), durationMs: performance.now() - started };
    },
    async destroy() {
      await limited(stack, "destroy", recent, () => stack.destroy({ onOutput, onError: onOutput }));
    },
    forget() {
      rmSync(settingsFile, { force: true });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The program as a stack of the real Pulumi engine, with the local provider plugins. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";
import type { OutputMap, PulumiFn, Stack } from "@pulumi/pulumi/automation";

import { leaveOutPromiseTraces } from "./promiseTraces";

export interface StackOptions {
  readonly name: string;
  /** The `pulumi` program. */
  readonly pulumi: string;
  /** State, the engine's home and its plugins' logs go here. */
  readonly directory: string;
  readonly program: PulumiFn;
  /** Another program than this one; its folder holds its Pulumi.yaml, and the packages where its paths look for them. */
  readonly project?: { readonly name: string; readonly directory: string };
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

const checkout = dirname(__dirname);
/** The engine has been seen to print a program's error and then wait; a first `up` takes well under a minute. */
const limitMs = 300_000;

/** Texts as they are, all else as JSON. */
const stringOutputs = (outputs: OutputMap): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, { value }]) => {
      const given: unknown = value;
      return [name, typeof given === "string" ? given : JSON.stringify(given)];
    }),
  );

/** Lists, objects and truth values are written as such; every other setting is a text, as `pulumi config set` has it. */
const structure = (value: string): unknown => (/^[[{]|^(?:true|false)$/.test(value) ? JSON.parse(value) : value);

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

/** Opens the stack, new or as its state was left. */
export async function openStack(options: StackOptions): Promise<LocalStack> {
  const { name, directory, project = { name: "homing", directory: checkout } } = options;
  leaveOutPromiseTraces();
  const state = join(directory, "state");
  const engine = join(directory, "engine");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  mkdirSync(join(engine, "bin"), { recursive: true });
  // The Automation API finds a given engine only as `bin/pulumi` below a folder.
  rmSync(join(engine, "bin", "pulumi"), { force: true });
  symlinkSync(options.pulumi, join(engine, "bin", "pulumi"));

  const backendUrl = `file://${state}`;
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: project.name, program: options.program },
    {
      // The function's archive is made of paths relative to the program's root.
      workDir: project.directory,
      pulumiHome: join(directory, "home"),
      pulumiCommand: await PulumiCommand.get({ root: engine }),
      envVars: {
        PATH: [join(checkout, "local", "providers", "bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
        PULUMI_BACKEND_URL: backendUrl,
        // The local cloud's state holds nothing that outlives it.
        PULUMI_CONFIG_PASSPHRASE: "local",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // And so it is written once, at an operation's end, and not after every resource: a fifth of an update's time.
        PULUMI_EXPERIMENTAL: "true",
        PULUMI_SKIP_CHECKPOINTS: "true",
        ...options.environment,
      },
    },
  );

  let printed: string[] = [];
  const onOutput = (text: string): void => {
    printed = [...printed.slice(-200), text];
    options.onOutput(text);
  };
  const recent = (): string => printed.join("");
  const settingsFile = join(project.directory, `Pulumi.${name}.yaml`);
  const configure = (config: Readonly<Record<string, string>>): void => {
    // JSON is YAML; written whole, since the engine's own command can't set lists.
    const structured = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, structure(value)]));
    writeFileSync(settingsFile, JSON.stringify({ config: structured }, null, 2));
  };

  return {
    stack,
    backendUrl,
    async preview(config) {
      configure(config);
      const { changeSummary } = await limited(stack, "preview", recent, () =>
        stack.preview({ onOutput, onError: onOutput }),
      );
      return { ...changeSummary };
    },
    async up(config) {
      const started = performance.now();
      configure(config);
      const result = await limited(stack, "up", recent, () => stack.up({ onOutput, onError: onOutput }));
      return {
        changes: { ...result.summary.resourceChanges },
        outputs: stringOutputs(result.outputs),
        durationMs: performance.now() - started,
      };
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

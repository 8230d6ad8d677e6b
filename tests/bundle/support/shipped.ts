/** The function as the program ships it: taken from what it registers, not built by the test. */
import { only, record, settle } from "../../support/mocks";

/** Settings of which none is a default, so that one that were baked into the text would be seen there. */
export const planted: Readonly<Record<string, string>> = {
  "homing:vaultAddress": "https://planted-vault.example.com:8443",
  "homing:vaultNamespace": "planted-namespace",
  "homing:mount": "planted-mount",
  "homing:homePrefix": "planted-prefix",
  "homing:loginPath": "planted-login",
  "homing:loginRole": "planted-role",
  "homing:mode": "move",
  "homing:recoveryWindowDays": "13",
  "homing:ownerTags": '["planted-owner"]',
  "homing:logLevel": "DEBUG",
};

export interface Shipped {
  /** Text of `__index.js`. */
  readonly text: string;
  /** All keys of the archive, sorted. */
  readonly files: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** `<file>.<export>`, as Lambda takes it. */
  readonly handler: string;
  /** In MiB, which Lambda calls MB. */
  readonly memory: number;
  /** Whether the engine was told that the archive holds a secret. */
  readonly isSecret: boolean;
}

interface Archive {
  readonly assets: Promise<Readonly<Record<string, { readonly text?: string | Promise<string> }>>>;
}

const isArchive = (value: unknown): value is Archive =>
  typeof value === "object" && value !== null && "assets" in value;

/** The names of the program's functions. */
export type FunctionName = "mover" | "sweeper";

/** Runs the whole program on a recording engine and takes a function's archive out of it. */
export async function shippedFunction(
  config: Readonly<Record<string, string>> = planted,
  name: FunctionName = "mover",
): Promise<Shipped> {
  const recording = await record(undefined, { ...config });
  const program = await import("../../../index");
  await settle(program);
  const { inputs } = only(recording, "aws:lambda/function:Function", `homing-${name}-function`);
  const { code, handler, environment, memorySize } = inputs;
  // A secret input is wrapped in an object with a signature, so that it is no archive itself.
  const isSecret = !isArchive(code);
  if (isSecret) throw new Error("the function's archive is a secret");
  const assets = await code.assets;
  const { variables } = environment as { variables: Record<string, string> };
  return {
    text: (await assets["__index.js"]?.text) ?? "",
    files: Object.keys(assets).sort(),
    environment: variables,
    handler: String(handler),
    memory: Number(memorySize),
    isSecret,
  };
}

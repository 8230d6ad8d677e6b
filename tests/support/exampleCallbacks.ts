/** The callbacks of an example's program, which is run as it is, without an engine. */
import { join } from "node:path";

import type { RotationCallbacks } from "../../runtime/rotator/callbacks";

/** What the program gave to `RotatingSecret`. */
export interface ExampleRotation {
  readonly callbacks: RotationCallbacks;
  readonly environment: Readonly<Record<string, string>>;
}

type Given = RotationCallbacks & { readonly environment?: Readonly<Record<string, string>> };

/** Runs `load` while these modules are others. */
function withModules<T>(modules: Readonly<Record<string, object>>, load: () => T): T {
  const replaced = Object.entries(modules).map(([name, exports]) => {
    const file = require.resolve(name);
    const real = require.cache[file];
    require.cache[file] = { id: file, filename: file, loaded: true, exports } as NodeJS.Module;
    return [file, real] as const;
  });
  try {
    return load();
  } finally {
    for (const [file, real] of replaced) {
      if (real === undefined) Reflect.deleteProperty(require.cache, file);
      else require.cache[file] = real;
    }
  }
}

/**
 * Runs an example's program.
 *
 * @param folder the example, where it shares its packages with this process: see `sharingExample`
 * @param config its settings, all of them
 */
export async function exampleRotation(
  folder: string,
  config: Readonly<Record<string, string>>,
): Promise<ExampleRotation> {
  let given: Given | undefined;
  function setting(key: string): string {
    const value = config[key];
    if (value === undefined) throw new Error(`the program asks for ${key}`);
    return value;
  }
  const pulumi = {
    Config: class {
      require = setting;
      requireNumber = (key: string): number => Number(setting(key));
    },
  };
  const homing = {
    readMoverStack: () => Promise.resolve({}),
    RotatingSecret: function (_name: string, args: Given): void {
      given = args;
    },
  };
  const file = require.resolve(join(folder, "index.ts"));
  Reflect.deleteProperty(require.cache, file);
  const program = withModules(
    { "@pulumi/pulumi": pulumi, homing },
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- while the modules are others
    () => require(file) as () => Promise<unknown>,
  );
  Reflect.deleteProperty(require.cache, file);
  await program();
  if (given === undefined) throw new Error(`the program makes no RotatingSecret`);
  const { create, set, test, retire, environment = {} } = given;
  return { callbacks: { create, set, test, ...(retire === undefined ? {} : { retire }) }, environment };
}

/** Previews of programs under the policy pack, in the real engine. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { PulumiFn } from "@pulumi/pulumi/automation";

import { openStack } from "../stack";

export interface Violation {
  readonly rule: string;
  readonly level: string;
  /** The resource's name in the program; empty when the violation is of the whole stack. */
  readonly resource: string;
  readonly sentence: string;
}

export interface Verdict {
  /** Whether the engine would go on to deploy it. */
  readonly passed: boolean;
  readonly violations: readonly Violation[];
  /** What the engine printed. */
  readonly output: string;
}

export interface Request {
  readonly program: PulumiFn;
  /** The pack's configuration, as the file of `--policy-pack-config` has it. */
  readonly rules?: Readonly<Record<string, unknown>>;
  /** The program's configuration, keys with their namespace. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface PolicyPreviews {
  readonly preview: (request: Request) => Promise<Verdict>;
  readonly close: () => void;
}

const checkout = dirname(dirname(__dirname));
export const packDirectory = join(checkout, "policy");
/** The workspace is this project's, which asks for it whatever the program is. */
const needed = { "homing:vaultAddress": "https://vault.example.com:8200" };
const launchers = [join(__dirname, "bin"), join(checkout, "local", "providers", "bin")];

/** Opens an empty stack that nothing is ever deployed to. */
export async function openPolicyPreviews(pulumi: string, name = "policy"): Promise<PolicyPreviews> {
  const parent = join(checkout, ".local");
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, `${name}-`));
  const stackName = `local-${name}-${process.pid}`;
  const { stack, forget } = await openStack({
    name: stackName,
    pulumi,
    directory,
    program: () => Promise.resolve({}),
    environment: { PATH: [...launchers, dirname(process.execPath), "/usr/bin", "/bin"].join(":") },
    onOutput: () => undefined,
  });
  return {
    async preview({ program, rules, config = {} }) {
      const violations: Violation[] = [];
      let output = "";
      const rulesFile = join(directory, "rules.json");
      writeFileSync(rulesFile, JSON.stringify(rules ?? {}));
      writeFileSync(join(checkout, `Pulumi.${stackName}.yaml`), JSON.stringify({ config: { ...needed, ...config } }));
      const print = (text: string): void => {
        output += text;
      };
      const passed = await stack
        .preview({
          program,
          policyPacks: [packDirectory],
          policyPackConfigs: [rulesFile],
          onOutput: print,
          onError: print,
          onEvent: ({ policyEvent }) => {
            if (policyEvent === undefined) return;
            violations.push({
              rule: policyEvent.policyName,
              level: policyEvent.enforcementLevel,
              resource: policyEvent.resourceUrn?.split("::").at(-1) ?? "",
              // The engine puts the rule's description before it, on a line of its own.
              sentence: policyEvent.message.trim().split("\n").slice(1).join("\n"),
            });
          },
        })
        .then(
          () => true,
          (error: unknown) => {
            print(error instanceof Error ? error.message : String(error));
            return false;
          },
        );
      return { passed, violations, output };
    },
    close: forget,
  };
}

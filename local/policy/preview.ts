/** Previews of programs under the policy pack, in the real engine. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { checkout, openStack } from "../stack";
import type { EngineTools } from "../tools";

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
  /** The program's configuration, keys with their namespace. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The pack's configuration, as the file of `--policy-pack-config` has it. */
  readonly rules?: Readonly<Record<string, unknown>>;
}

export interface PolicyPreviews {
  readonly preview: (request: Request) => Promise<Verdict>;
  readonly close: () => void;
}

export const packDirectory = join(checkout, "policy");
/** The program with each rule's passing and failing resources; its configuration says which. */
export const ruleProgram = join(__dirname, "program");
export const make = (what: "passing" | "failing"): Request["config"] => ({ "homing-policy-program:make": what });
/** Providers that take every resource and make none come before those of the local cloud. */
const plugins = [join(__dirname, "bin")];

/**
 * Opens an empty stack that nothing is ever deployed to.
 *
 * @param program the folder of the program
 */
export async function openPolicyPreviews(
  tools: EngineTools,
  program: string,
  name = "policy",
): Promise<PolicyPreviews> {
  const parent = join(checkout, ".local");
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, `${name}-`));
  const stackName = `local-${name}-${process.pid}`;
  const { stack, forget } = await openStack({
    name: stackName,
    tools,
    directory,
    program,
    plugins,
    environment: {},
    onOutput: () => undefined,
  });
  return {
    async preview({ config, rules }) {
      const violations: Violation[] = [];
      let output = "";
      const rulesFile = join(directory, "rules.json");
      writeFileSync(rulesFile, JSON.stringify(rules ?? {}));
      writeFileSync(join(program, `Pulumi.${stackName}.yaml`), JSON.stringify({ config }));
      const print = (text: string): void => {
        output += text;
      };
      const passed = await stack
        .preview({
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

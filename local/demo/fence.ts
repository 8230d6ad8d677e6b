/** Shows that a program which still creates a secret in Secrets Manager is refused. */
import { openPolicyPreviews, ruleProgram } from "../policy/preview";
import type { EngineTools } from "../tools";
import { say } from "./report";

const name = "demo/next-database";

/**
 * Previews such a program under the policy pack.
 *
 * @param packConfig the mover's output `policyPackConfig`
 * @returns whether it was refused, with the place in Vault where the secret belongs
 */
export async function showFence(tools: EngineTools, packConfig: string): Promise<boolean> {
  const { preview, close } = await openPolicyPreviews(tools, ruleProgram, "demo-fence");
  try {
    const { passed, violations, output } = await preview({
      config: { "homing-policy-program:make": "secret", "homing-policy-program:secretName": name },
      rules: JSON.parse(packConfig) as Readonly<Record<string, unknown>>,
    });
    for (const { level, rule, sentence } of violations) say(`${level} ${rule}: ${sentence}`);
    say(passed ? "the preview PASSED" : "the preview failed, so nothing is deployed");
    const isRefused = !passed && violations.some(({ sentence }) => sentence.includes(`${name} in Vault instead`));
    if (!isRefused) say(output);
    return isRefused;
  } finally {
    close();
  }
}

/** `npm run policy`: what each rule of the policy pack lets pass and what it refuses, in the real engine. */
import { rules } from "../../policy/rules";
import { say, table } from "../demo/report";
import { stopAll } from "../processes";
import { installEngine } from "../tools";
import { make, openPolicyPreviews, ruleProgram } from "./preview";
import type { Violation } from "./preview";
import { pairs } from "./programs";

/** The first sentence of a rule on its failing program; the resources' names start with the rule's. */
const sentenceOf = (rule: string, violations: readonly Violation[]): Violation | undefined =>
  violations.find((violation) => violation.rule === rule && violation.resource.startsWith(rule));

/** Lines of at most so many characters. */
function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

async function main(): Promise<boolean> {
  const { preview, close } = await openPolicyPreviews(await installEngine({ progress: say }), ruleProgram);
  try {
    say("previewing the passing program of every rule");
    const passing = await preview({ config: make("passing") });
    say("previewing the failing program of every rule");
    const failing = await preview({ config: make("failing") });
    const rows = rules.map(({ name }) => {
      const refused = sentenceOf(name, failing.violations);
      const cleared = passing.violations.every((violation) => violation.rule !== name);
      const has = pairs[name]?.has ?? { passing: "none", failing: "none" };
      return {
        asExpected: cleared && refused !== undefined,
        cells: [
          `${name}\n(${refused?.level ?? "NOT REFUSED"})`,
          wrapped(`${cleared ? "passes" : "REFUSED"}: ${has.passing}`, 24),
          wrapped(has.failing, 24),
          wrapped(refused?.sentence ?? "", 64),
        ],
      };
    });
    table(
      ["rule", "passing program", "failing program", "what the engine says of it"],
      rows.map(({ cells }) => cells),
    );
    const asExpected = passing.passed && !failing.passed && rows.every((row) => row.asExpected);
    say(asExpected ? `done: ${rows.length} rules, each as it should be` : `FAILED:\n${passing.output}`);
    return asExpected;
  } finally {
    close();
  }
}

main().then(
  (asExpected) => {
    process.exitCode = asExpected ? 0 : 1;
  },
  async (error: unknown) => {
    await stopAll();
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);

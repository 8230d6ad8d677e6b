/** The table *safeguard -> test that catches its absence*; run by itself it prints it. */
import { edgeSafeguards } from "./edgeSafeguards";
import { exploredSafeguards } from "./safeguards";

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

export function safeguardTable(): readonly string[] {
  return [
    row("safeguard", "switched off", "what catches it"),
    row("---", "---", "---"),
    ...exploredSafeguards.map(({ safeguard, configuration, finds }) =>
      row(
        safeguard,
        configuration.name,
        `\`tests/model/safeguards.test.ts\`: the explorer finds "${finds.source.replaceAll("|", " or ")}"`,
      ),
    ),
    ...edgeSafeguards.map(({ safeguard, tests }) =>
      row(safeguard, "a variant without it", `\`tests/model/safeguards.test.ts\`; its own tests: \`${tests}\``),
    ),
  ];
}

if (require.main === module) process.stdout.write(`${safeguardTable().join("\n")}\n`);

/** Every sentence that a screen of the path may say, with what makes it true on both sides. */
import { acts, lines, verifies } from "./acts";
import { conflicting, count, has, moves } from "./facts";
import { plans, runs, statuses } from "./plans";
import { sides } from "./resolves";
import { tableOf } from "./sentences";
import type { Table } from "./sentences";
import type { Screen } from "./walk";

export const table: Table = tableOf([...plans, ...runs, ...statuses, ...lines, ...acts, ...verifies, ...sides]);

/** The exit code that docs/command-line.md promises for what is on both sides. */
export function exitCodeOf(screen: Screen): number {
  const [needed, work] = [count(screen, ({ before }) => conflicting(before)), count(screen, moves)];
  const [, , command] = screen.typed.split(" ");
  switch (command) {
    case "plan":
      return needed + work > 0 ? 2 : 0;
    case "move":
    case "status":
      return needed > 0 ? 2 : 0;
    case "resolve":
      return has(screen, "take") || has(screen, "keep") ? 0 : 2;
    default:
      return 0;
  }
}

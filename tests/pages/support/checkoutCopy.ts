/** A copy of this checkout, as somebody has it who has just cloned it. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

export const checkout = join(__dirname, "..", "..", "..");

/** Copies what is committed, or would be with `git add`, as it is now. */
export function copyCheckout(to: string): void {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    cwd: checkout,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of new Set(listed.split("\0").filter(Boolean))) {
    // A file that was deleted and not committed yet is still listed.
    if (!existsSync(join(checkout, file))) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(checkout, file), join(to, file));
  }
}

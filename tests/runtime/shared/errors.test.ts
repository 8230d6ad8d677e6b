import { deepEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { retryCodes, retryConcerns } from "../../../runtime/shared/errors";

describe("the retry codes", () => {
  const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "troubleshooting.md"), "utf8");
  /** The codes that the rows of a section explain. */
  const rowsOf = (section: string): readonly string[] => {
    const text = page.split("\n## ").find((one) => one.startsWith(`${section}\n`)) ?? "";
    return [...text.matchAll(/^\| `([\w-]+)`/gm)].map(([, code = ""]) => code);
  };

  it("are all explained, those of a broken connection apart from the others", () => {
    const explained = (isConnection: boolean) =>
      retryCodes.filter((code) => (retryConcerns[code] === "connection") === isConnection).sort();

    deepEqual([...rowsOf("Connections")].sort(), explained(true));
    deepEqual([...rowsOf("Retries of one secret")].sort(), explained(false));
  });
});

/** What the function's archive weighs: its text, and the zip that Lambda gets. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { zipSync } from "fflate";

import { theFunction } from "../../tests/bundle/support/stage";
import type { Figure } from "../figures";
import type { Part } from "./part";

const checkout = join(__dirname, "..", "..");

function filesOf(path: string): readonly string[] {
  if (!statSync(join(checkout, path)).isDirectory()) return [path];
  return readdirSync(join(checkout, path)).flatMap((name) => filesOf(`${path}/${name}`));
}

async function measure(): Promise<readonly Figure[]> {
  const { text, files } = await theFunction();
  const packaged = files.filter((file) => file !== "__index.js").flatMap(filesOf);
  const contents = Object.fromEntries(packaged.map((file) => [file, readFileSync(join(checkout, file))]));
  const zip = zipSync({ ...contents, "__index.js": Buffer.from(text, "utf8") });
  return [
    {
      name: "text of the function",
      unit: "KB",
      samples: [Buffer.byteLength(text, "utf8") / 1_000],
      goal: { below: 64 },
      note: "`__index.js` as Pulumi serializes it, about a third of which is the frame that it puts around each function.",
    },
    {
      name: "zip",
      unit: "MB",
      samples: [zip.length / 1_000_000],
      goal: { below: 4 },
      note: `deflated, ${packaged.length + 1} files.`,
    },
  ];
}

export const archive: Part = {
  name: "archive",
  title: "What is shipped",
  about: "The mover's archive, as the program gives it to Lambda.",
  measure,
};

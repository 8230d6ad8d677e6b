import { deepEqual, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isSecret, output } from "@pulumi/pulumi";
import program = require("../index");
import { moverStackOutputs } from "../components/reader/moverStack";
import { awsAnswers, record, region, settle } from "./support/mocks";

const page = readFileSync(join(__dirname, "..", "docs", "outputs.md"), "utf8");

/** The rows of the page's table: name, type, stability, meaning. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, name = "", type = "", stability = "", meaning = ""]) => ({
    name: name.replaceAll("`", ""),
    type,
    stability,
    meaning,
  }));

describe("docs/outputs.md", () => {
  let outputs: Readonly<Record<string, unknown>> = {};
  before(async () => {
    await record(awsAnswers, { "aws:region": region, "homing:vaultAddress": "https://vault.example.com:8200" });
    await settle(async () => {
      const made: object = program();
      for (const [name, value] of Object.entries(made)) {
        ok(!(await isSecret(output(value as unknown))), `${name} is no secret`);
      }
      output(made).apply((values) => {
        outputs = values as Readonly<Record<string, unknown>>;
      });
    });
  });

  it("lists exactly the outputs of the program, each with type, stability and meaning", () => {
    deepEqual(rows.map(({ name }) => name).sort(), Object.keys(outputs).sort());
    for (const { name, type, stability, meaning } of rows) {
      match(stability, /^(stable|may go)$/, name);
      ok(type.length > 2 && meaning.length > 5, name);
    }
  });

  it("promises stability for all that other programs read", () => {
    const stable = rows.filter(({ stability }) => stability === "stable").map(({ name }) => name);

    deepEqual(
      moverStackOutputs.filter((name) => !stable.includes(name)),
      [],
    );
  });

  it("tells the truth about texts: no output is a whole resource", () => {
    for (const { name } of rows) ok(isPlain(outputs[name]), name);
  });

  it("answers the seven questions", () => {
    const asked = [...page.matchAll(/^\*\*(\w+): [^*]+\?\*\*/gm)].map(([, question]) => question);

    deepEqual(asked, ["Access", "Rotation", "Versions", "Audit", "Encryption", "Recovery", "Price"]);
  });
});

/** A text, or a record of such. */
function isPlain(value: unknown): boolean {
  if (typeof value === "string") return true;
  return (
    typeof value === "object" &&
    value !== null &&
    !("urn" in value) &&
    Object.values(value).every((one) => isPlain(one))
  );
}

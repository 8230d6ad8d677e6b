import * as assert from "node:assert/strict";
import { PassThrough } from "node:stream";

import { ask } from "../../cli/ask";
import { exitCodeOf, Failure } from "../../cli/failure";

const screen = { json: false, note: () => undefined };

/** Asks on a terminal, at which a person then types this. */
async function answered(typed: string | undefined): Promise<string> {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  let shown = "";
  output.on("data", (data: Buffer) => (shown += data.toString("utf8")));
  const asking = ask(screen, "Restore app/db?", false, { input, output });
  if (typed === undefined) input.end();
  else input.write(typed);
  const said = await asking.then(
    () => "yes",
    (error: unknown) => (error instanceof Failure ? error.message : "?"),
  );
  assert.match(shown, /^Restore app\/db\? \[y\/N\] /);
  return said;
}

describe("the question before something changes", () => {
  it("takes y and yes for a yes, and all else for a no", async () => {
    for (const typed of ["y\n", "Y\n", "yes\n", " yes \n"]) assert.equal(await answered(typed), "yes", typed);
    for (const typed of ["\n", "n\n", "no\n", "yesterday\n", "maybe y\n"]) {
      assert.equal(await answered(typed), "Nothing is done.", typed);
    }
  });

  it("takes Ctrl-D and the end of the input for a no", async () => {
    assert.equal(await answered(undefined), "Nothing is done.");
  });

  it("takes Ctrl-C for a no", async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
    const output = Object.assign(new PassThrough(), { isTTY: true });
    const asking = ask(screen, "Restore app/db?", false, { input, output });
    input.write("\u0003");
    await assert.rejects(asking, /^Error: Nothing is done\.$/);
  });

  it("is not put where nobody can answer: without a terminal, and with --json", async () => {
    for (const [json, isTTY] of [
      [false, false],
      [false, undefined],
      [true, true],
    ] as const) {
      const input = Object.assign(new PassThrough(), isTTY === undefined ? {} : { isTTY });
      const output = new PassThrough();
      input.write("y\n");
      const error: unknown = await ask({ ...screen, json }, "Restore?", false, { input, output }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof Failure);
      assert.equal(error.message, "Nobody is here to be asked: say --yes if this is meant.");
      assert.equal(exitCodeOf(error), 1);
      assert.equal(output.read(), null);
    }
  });

  it("is answered by --yes", async () => {
    const input = new PassThrough();
    await ask({ ...screen, json: true }, "Restore?", true, { input, output: new PassThrough() });
  });
});

import * as assert from "node:assert/strict";
import { PassThrough } from "node:stream";

import { ask, askName } from "../../cli/ask";
import { exitCodeOf, Failure } from "../../cli/failure";

const screen = { json: false };

/** Asks on a terminal, at which a person then types this. */
async function answered(typed: string | undefined, secrets = 1): Promise<string> {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  let shown = "";
  output.on("data", (data: Buffer) => (shown += data.toString("utf8")));
  const asking = ask(screen, "Restore app/db?", secrets, false, { input, output });
  if (typed === undefined) input.end();
  else input.write(typed);
  const said = await asking.then(
    () => "yes",
    (error: unknown) => (error instanceof Failure ? error.message : "?"),
  );
  assert.equal(shown.split(":")[0], `Restore app/db? Type ${secrets > 100 ? secrets : "yes"}`);
  return said;
}

describe("the question before something changes", () => {
  it("takes the word yes for a yes, and all else for a no", async () => {
    for (const typed of ["yes\n", "Yes\n", " yes \n"]) assert.equal(await answered(typed, 100), "yes", typed);
    for (const typed of ["\n", "y\n", "n\n", "no\n", "yesterday\n", "100\n"]) {
      assert.equal(await answered(typed, 100), "Nothing is done.", typed);
    }
  });

  it("takes only their number for a yes when there are more than a hundred secrets", async () => {
    assert.equal(await answered("101\n", 101), "yes");
    for (const typed of ["\n", "yes\n", "100\n", "1010\n"]) {
      assert.equal(await answered(typed, 101), "Nothing is done.", typed);
    }
  });

  it("takes Ctrl-D and the end of the input for a no", async () => {
    assert.equal(await answered(undefined), "Nothing is done.");
  });

  it("takes Ctrl-C for a no", async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
    const output = Object.assign(new PassThrough(), { isTTY: true });
    let shown = "";
    output.on("data", (data: Buffer) => (shown += data.toString("utf8")));
    const asking = ask(screen, "Restore app/db?", 1, false, { input, output });
    input.write("\u0003");
    await assert.rejects(asking, (error) => error instanceof Failure && exitCodeOf(error) === 130);
    // What follows does not stand behind the question.
    assert.match(shown, /Type yes: [^\n]*\n$/);
  });

  it("takes a SIGTERM for a no, and leaves nothing behind that waits for one", async () => {
    const before = process.listeners("SIGTERM");
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const asking = ask(screen, "Restore app/db?", 1, false, { input, output: new PassThrough() });
    // The others are those of a cloud that another test has started in this process, which would end it.
    for (const own of process.listeners("SIGTERM").filter((one) => !before.includes(one))) own("SIGTERM");

    await assert.rejects(asking, (error) => error instanceof Failure && exitCodeOf(error) === 130);
    assert.deepEqual(process.listeners("SIGTERM"), before);
  });

  it("about one secret takes its name, exactly", async () => {
    for (const [typed, right] of [
      ["app/db\n", true],
      [" app/db \n", true],
      ["App/db\n", false],
      ["yes\n", false],
      ["\n", false],
    ] as const) {
      const input = Object.assign(new PassThrough(), { isTTY: true });
      const asking = askName(screen, "Take app/db?", "app/db", false, { input, output: new PassThrough() });
      input.write(typed);
      if (right) await asking;
      else await assert.rejects(asking, /^Error: Nothing is done\.$/, typed);
    }
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
      const error: unknown = await ask({ json }, "Restore?", 1, false, { input, output }).then(
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
    await ask({ json: true }, "Restore?", 1, true, { input, output: new PassThrough() });
  });
});

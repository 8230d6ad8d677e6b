import * as assert from "node:assert/strict";

import { makeScreen, wrapped } from "../../cli/screen";
import { fakeTerminal } from "./support/terminal";

const sentence =
  "Stopping: nothing more is begun. Again ends at once; either way the next run goes on where this one ended.";

/** The handlers that something has added for Ctrl-C, beside those that were there. */
function addedHandlers(before: readonly unknown[]): readonly (() => void)[] {
  return process.listeners("SIGINT").filter((handler) => !before.includes(handler)) as unknown as (() => void)[];
}

describe("a screen of 80 columns", () => {
  for (const rows of [24, 4]) {
    it(`keeps the sentence of a Ctrl-C under a bar and nothing of the bar, ${rows} rows high`, async () => {
      const { stream, lines } = fakeTerminal(80, rows);
      const before = process.listeners("SIGINT");
      const screen = makeScreen(false, { out: stream, err: stream });
      await screen.say("homing-prod, mode move: work for 300 of 313 secrets");
      const progress = screen.progress({ what: "secrets ended", total: 300 });
      progress.update(6, "12 again later: vault-sealed, source-throttled, vault-unreachable");

      const handlers = addedHandlers(before);
      screen.note(sentence);
      for (const handler of handlers) handler();
      progress.update(7);
      progress.stop();
      await screen.say("  7  moved: the table");
      screen.note("Stopped.");

      assert.deepEqual(lines(), [
        "homing-prod, mode move: work for 300 of 313 secrets",
        "Stopping: nothing more is begun. Again ends at once; either way the next run",
        "goes on where this one ended.",
        "  7  moved: the table",
        "Stopped.",
        "",
      ]);
    });
  }

  it("loses nothing on a terminal of 20 columns, and keeps nothing of the bar there", async () => {
    const { stream, lines } = fakeTerminal(20, 24);
    const screen = makeScreen(false, { out: stream, err: stream });
    const progress = screen.progress({ what: "secrets ended", total: 300 });
    progress.update(6, "12 again later: vault-sealed, source-throttled");
    screen.note(sentence);
    progress.update(7);
    progress.stop();
    await screen.say(wrapped("home-conflict: somebody else wrote it", "    "));

    assert.deepEqual(lines(), [
      "Stopping: nothing",
      "more is begun. Again",
      "ends at once; either",
      "way the next run",
      "goes on where this",
      "one ended.",
      "    home-conflict:",
      "    somebody else",
      "    wrote it",
      "",
    ]);
  });

  it("keeps every line that is said under a bar", async () => {
    const { stream, lines } = fakeTerminal();
    const screen = makeScreen(false, { out: stream, err: stream });
    const progress = screen.progress({ what: "secrets looked at" });
    for (let index = 1; index <= 5; index += 1) {
      progress.update(index);
      await screen.say(`line ${index}`);
    }
    progress.stop();
    await screen.say("end");

    assert.deepEqual(lines(), ["line 1", "line 2", "line 3", "line 4", "line 5", "end", ""]);
  });

  it("shows the bar again after a note", async () => {
    const { stream, lines } = fakeTerminal();
    const screen = makeScreen(false, { out: stream, err: stream });
    const progress = screen.progress({ what: "secrets ended", total: 10 });
    progress.update(3);
    screen.note("A note.");
    await new Promise((resolve) => setTimeout(resolve, 450));

    const [first, second = ""] = lines();
    progress.stop();
    assert.equal(first, "A note.");
    assert.match(second, /3\/10 secrets ended/);
    assert.deepEqual(lines(), ["A note.", ""]);
  });

  it("breaks what is said between words, and leaves the rows of a table as they are", async () => {
    const { stream } = fakeTerminal();
    let text = "";
    const terminal = Object.assign(Object.create(stream) as NodeJS.WritableStream, {
      isTTY: true,
      write: (part: string) => ((text += part), true),
    });
    const screen = makeScreen(false, { out: terminal, err: stream });
    await screen.say(sentence);
    await screen.row(["nothing (would move)", "skipped", "n".repeat(70)]);

    assert.equal(text, `${wrapped(sentence)}\nnothing (would move)\tskipped\t${"n".repeat(70)}\n`);
  });

  it("is not what a log is written for: there notes are lines as they are", () => {
    const { stream } = fakeTerminal();
    let text = "";
    const log = Object.assign(Object.create(stream) as NodeJS.WritableStream, {
      isTTY: false,
      write: (part: string) => ((text += part), true),
    });
    makeScreen(false, { out: log, err: log }).note(sentence);

    assert.equal(text, `${sentence}\n`);
  });
});

describe("a text in lines", () => {
  it("breaks between words at 80 columns, and leaves longer words whole", () => {
    const long = "x".repeat(100);
    assert.equal(wrapped(`a ${long} b`, "  "), `  a\n  ${long}\n  b`);
    for (const line of wrapped("word ".repeat(100).trim(), "   ").split("\n")) assert.ok(line.length <= 80);
  });
});

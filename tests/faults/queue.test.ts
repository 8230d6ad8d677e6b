import * as assert from "node:assert/strict";

import { batch, message } from "../bundle/support/stage";
import { coldCombinations, wanted } from "./support/combinations";
import { work } from "./support/deliveries";
import { shortenLimits } from "./support/edits";
import { vaultFaults } from "./support/faultTable";
import { judge, leaked } from "./support/judge";
import { create } from "./support/scenarios";
import { count, printSummary } from "./support/summary";
import type { Theatre } from "./support/theatre";
import { useTheatre } from "./support/useTheatre";

after(printSummary);

describe("the shipped function with a failing queue", function () {
  this.timeout(600_000);
  let theatre: Theatre;
  useTheatre((opened) => {
    theatre = opened;
  });

  const rests = wanted(coldCombinations("queue", ["rest"]));

  it(`gives a message back whose delay can't be set (${rests.length.toString()} combinations)`, async () => {
    const sealed = vaultFaults.find(({ name }) => name === "503");
    if (rests.length === 0 || sealed === undefined) return;
    const actor = await theatre.start({}, shortenLimits);
    const failing = { call: "read-home", fault: sealed, span: "lasting" } as const;
    const runs = rests.map(({ name, trap }) => theatre.addRun(name, create, [trap, failing]));

    const ends = await work(theatre, actor, runs);

    await actor.container.stop();
    const output = actor.container.output();
    const calm = runs.filter(({ met, traps: [rest] }) => rest === undefined || !met.has(rest));
    assert.deepEqual(
      calm.map(({ name }) => name),
      [],
      "their call never came",
    );
    // What these runs tell is that of a sealed Vault; only their ends are judged.
    assert.deepEqual(
      judge(
        ends.map((end) => ({ ...end, run: { ...end.run, traps: [] } })),
        output,
      ),
      [],
    );
    assert.deepEqual(theatre.violations, []);
    assert.deepEqual(leaked(output, theatre), []);
    count("the rest of a message", ends.length);
  });

  const burials = wanted(coldCombinations("queue", ["bury"]));

  it(`puts an unreadable message away in the end (${burials.length.toString()} combinations)`, async () => {
    if (burials.length === 0) return;
    const actor = await theatre.start({}, shortenLimits);
    const messages = burials.map(({ name, trap }) => {
      const run = theatre.addRun(name, create, [trap]);
      return { run, body: `not JSON, for ${run.subject.secret.name}` };
    });

    let open = messages;
    for (let delivery = 1; open.length > 0 && delivery < 5; delivery += 1) {
      for (const { run } of open) theatre.begin(run);
      const records = open.map(({ run, body }) => message(run.subject.secret.name, body, delivery));
      const invoked = await actor.container.invoke(batch(...records));
      if (invoked.is === "failed") throw new Error(`the handler threw ${invoked.error.message}`);
      const { batchItemFailures } = invoked.answer as { batchItemFailures: { itemIdentifier: string }[] };
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      open = open.filter(({ run }) => failed.has(`message-${run.subject.secret.name}`));
    }

    await actor.container.stop();
    const output = actor.container.output();
    const buried = new Set(theatre.stage.aws.inputsOf("SendMessage").map(({ MessageBody }) => MessageBody));
    const problems = messages.flatMap(({ run, body }) => [
      ...(buried.has(body) ? [] : [`${run.name}: not on the dead-letter queue`]),
      ...(run.met.size > 0 ? [] : [`${run.name}: its call never came`]),
    ]);
    assert.deepEqual(open, []);
    assert.deepEqual(problems, []);
    assert.deepEqual(leaked(output, theatre), []);
    count("the dead-letter queue", burials.length);
  });
});

import * as assert from "node:assert/strict";

import type { CallName } from "./support/calls";
import { deliverOnce, work } from "./support/deliveries";
import { edit } from "./support/edits";
import { awsFaults } from "./support/faultTable";
import { judge, leaked } from "./support/judge";
import { create, replicated, sourceChanged } from "./support/scenarios";
import type { Scenario } from "./support/scenarios";
import type { Theatre, Trap } from "./support/theatre";
import { useTheatre } from "./support/useTheatre";

describe("the watch over the faults", function () {
  this.timeout(600_000);
  let theatre: Theatre;
  useTheatre((opened) => {
    theatre = opened;
  });

  /** Runs one move by a mover that lacks a safeguard. */
  async function moveBy(change: (text: string) => string, traps: readonly Trap[] = []): Promise<string> {
    const run = theatre.addRun("one", create, traps);
    const actor = await theatre.start({}, change);
    await deliverOnce(theatre, actor, [run], () => 1);
    await actor.container.stop();
    return actor.container.output();
  }

  const brokenMovers: readonly (readonly [string, readonly (readonly [string, string])[], RegExp])[] = [
    [
      "that deletes for good",
      [["RecoveryWindowInDays: windowDays", "ForceDeleteWithoutRecovery: true"]],
      /a forced delete.*without the full window/s,
    ],
    [
      "that deletes without reading back",
      [
        [
          "port.read(request.path)",
          'Promise.resolve({ is: "value", version: request.homeVersion, createdTime: "", deletionTime: "", data: "" })',
        ],
        ["(0, stateTag_1.timeKey)(answer.createdTime) !== (0, stateTag_1.timeKey)(version.createdTime)", "false"],
        ["if (!(0, value_1.holdsValue)(answer.data, request.kind, request.value))", "if (false)"],
      ],
      /a delete without a proof of this run/,
    ],
    [
      "that writes something else",
      [
        ["(0, value_1.writeBody)(encoded, base)", '(0, value_1.writeBody)({ ...encoded, json: "{}" }, base)'],
        ["if (!(0, value_1.holdsValue)(answer.data, request.kind, request.value))", "if (false)"],
      ],
      /what the home does not hold.*the value is only in a scheduled source/s,
    ],
    [
      "that deletes without its tag",
      [["const tagged = await (0, tagging_1.writeTag)(run, tag);", "const tagged = undefined;"]],
      /a delete without its tag/,
    ],
    ["that asks for another path", [["/data/${", "/data/elsewhere/${"]], /a call that no move makes/],
  ];
  for (const [what, pieces, expected] of brokenMovers) {
    it(`sees a mover ${what}`, async () => {
      await moveBy(edit(...pieces));

      assert.match(theatre.violations.join("\n"), expected);
    });
  }

  const forgetful: readonly (readonly [string, readonly [string, string], Scenario, CallName])[] = [
    [
      "leaves the replicas apart",
      ['(tag.tag.state === "t" || tag.replicas === "missing")', "false"],
      replicated,
      "tag-again",
    ],
    [
      "takes what it remembers of a deletion for sound",
      ['inState)(tag, "d") && tag.stands === "sound"', 'inState)(tag, "d")'],
      sourceChanged,
      "look-source",
    ],
  ];
  for (const [what, piece, scenario, call] of forgetful) {
    it(`sees a mover that ${what} after a run that stopped`, async () => {
      const fault = awsFaults.find(({ name }) => name === "503");
      if (fault === undefined) throw new Error("there is no such fault");
      const run = theatre.addRun("one", scenario, [{ call, fault, span: "lasting" }]);
      const actor = await theatre.start({}, edit(piece));
      const ends = await work(theatre, actor, [run]);
      await actor.container.stop();

      assert.match(judge(ends, actor.container.output()).join("\n"), /it ended moved/);
    });
  }

  it("sees a mover that prints what a server said", async () => {
    const fault = awsFaults.find(({ name }) => name === "expired-token");
    if (fault === undefined) throw new Error("there is no such fault");

    const output = await moveBy(edit(["AWS answered with ${error.name}", "AWS answered with ${error.message}"]), [
      { call: "get-value", fault, span: "once" },
    ]);

    assert.deepEqual(leaked(output, theatre), ["a value as json"]);
  });
});

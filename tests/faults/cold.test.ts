import * as assert from "node:assert/strict";

import { theFunction } from "../bundle/support/stage";
import type { CallName } from "./support/calls";
import { coldCombinations, wanted } from "./support/combinations";
import type { ColdCombination } from "./support/combinations";
import { deliverOnce, wait, work } from "./support/deliveries";
import type { End } from "./support/deliveries";
import { shortenLimits } from "./support/edits";
import { judge, leaked } from "./support/judge";
import { create } from "./support/scenarios";
import { count, printSummary } from "./support/summary";
import { openTheatre } from "./support/theatre";
import type { Actor, Run, Theatre } from "./support/theatre";

after(printSummary);

/** Calls that a container makes for itself and not for a secret, in the order in which they come. */
interface Group {
  readonly login: "aws" | "jwt";
  readonly calls: readonly CallName[];
}

const groups: readonly Group[] = [
  { login: "aws", calls: ["login"] },
  { login: "jwt", calls: ["web-identity", "login"] },
  { login: "aws", calls: ["record-read", "record-write", "record-reread"] },
];
const leaseSeconds = 900;

describe("the shipped function before its first move", function () {
  this.timeout(600_000);
  before(async function () {
    this.timeout(300_000);
    await theFunction();
  });

  /** Delivers one message while the fault lasts. @returns whether the message came to an end in spite of it */
  async function deliverInto(
    theatre: Theatre,
    actor: Actor,
    { name, trap }: ColdCombination,
    problems: string[],
  ): Promise<Run | "done"> {
    const run = theatre.addRun(name, create);
    const cold = { trap, met: 0 };
    theatre.cold = cold;
    const deliveries = trap.span === "lasting" ? 2 : 1;
    let again = 1;
    for (let delivery = 1; delivery <= deliveries && again > 0; delivery += 1) {
      const delivered = await deliverOnce(theatre, actor, [run], () => delivery);
      again = delivered.again.length;
      const { asks } = trap.fault;
      if (asks !== undefined && delivered.again.some(({ seconds }) => seconds < asks))
        problems.push(`${name}: too soon`);
    }
    theatre.cold = undefined;
    if (cold.met === 0) problems.push(`${name}: its call never came`);
    if (again > 0) return run;
    problems.push(...run.scenario.missing(run.subject).map((text) => `${name}: ${text}`));
    return "done";
  }

  /** Runs a group's combinations one after the other. @returns all that is wrong */
  async function runGroup({ login, calls }: Group, all: readonly ColdCombination[]): Promise<readonly string[]> {
    const theatre = await openTheatre();
    const ofRecord = calls.includes("record-read");
    const problems: string[] = [];
    const waiting: Run[] = [];
    const ends: End[] = [];
    const outputs: string[] = [];
    for (const slow of [false, true]) {
      let actor: Actor | undefined;
      for (const combination of all.filter(({ trap }) => (trap.fault.slow === true) === slow)) {
        actor ??= await theatre.start({ HOMING_LOGIN: login }, slow ? shortenLimits : undefined);
        if (ofRecord) theatre.forgetRecord();
        else wait(theatre, leaseSeconds);
        const run = await deliverInto(theatre, actor, combination, problems);
        if (run !== "done") {
          waiting.push(run);
          // The next login is wanted at the next combination, so this move is ended first.
          if (!ofRecord) ends.push(...(await work(theatre, actor, waiting.splice(0))));
        } else if (ofRecord) {
          // The record is read once for a container: the next combination needs a new one.
          await actor.container.stop();
          outputs.push(actor.container.output());
          actor = undefined;
        }
      }
      if (actor === undefined) continue;
      ends.push(...(await work(theatre, actor, waiting.splice(0))));
      await actor.container.stop();
      outputs.push(actor.container.output());
    }
    await theatre.close();
    const output = outputs.join("\n");
    count(`${calls.join(", ")} (${login} login)`, all.length);
    return [...problems, ...judge(ends, output), ...theatre.violations, ...leaked(output, theatre)];
  }

  const chosen = groups.map((group) => ({ group, all: wanted(coldCombinations(`cold-${group.login}`, group.calls)) }));
  const sum = chosen.reduce((total, { all }) => total + all.length, 0);

  it(`logs in and reads its record as soon as it can (${sum.toString()} combinations)`, async () => {
    // They wait more than they work, so they run side by side.
    const running = chosen.filter(({ all }) => all.length > 0).map(({ group, all }) => runGroup(group, all));

    assert.deepEqual((await Promise.all(running)).flat(), []);
  });
});

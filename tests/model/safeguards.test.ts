/** Every safeguard, switched off, is missed: a safeguard that nobody would miss is not proven. */
import { deepEqual, equal, ok } from "node:assert/strict";

import type { Configuration } from "./configuration";
import { edgeSafeguards } from "./edgeSafeguards";
import { explore } from "./explorer";
import { lineOf, replay } from "./replayer";
import { exploredSafeguards } from "./safeguards";
import { safeguardTable } from "./safeguardTable";

const say = (line: string): void => {
  process.stdout.write(`      ${line}\n`);
};

const whole = ({ wrap, iam, ...rest }: Configuration): Configuration => {
  ok(wrap !== undefined || iam !== undefined, "a safeguard is switched off");
  return rest;
};

describe("without a safeguard", function () {
  this.timeout(0);

  for (const { safeguard, configuration, finds, seed } of exploredSafeguards) {
    it(`${safeguard}: the explorer finds that ${configuration.name}`, async () => {
      const order = seed === undefined ? { breadthFirst: true } : { seed };
      const bounds = { states: 500_000, findings: 1, looksFor: finds, ...order };
      const off = await explore(configuration, bounds);
      const [finding] = off.findings;
      ok(finding, `nothing found in ${off.states.toString()} states`);
      say(`after ${off.states.toString()} states: ${finding.violation}`);
      say(lineOf(configuration, finding.choices));

      const again = await replay(configuration, finding.choices);
      equal(again.violation, finding.violation, "the line replays it");
      const on = await replay(whole(configuration), finding.choices);
      equal(on.violation, undefined, "with the safeguard the same choices are sound");
      const same = await explore(whole(configuration), { ...bounds, states: Math.min(off.states * 2, 20_000) });
      deepEqual(same.findings, []);
    });
  }

  for (const { safeguard, holds, holdsWithout } of edgeSafeguards) {
    it(`${safeguard}: what its tests ask for does not hold`, async () => {
      equal(await holds(), true);
      equal(await holdsWithout(), false);
    });
  }

  it("there is none of the design left out", () => {
    const all = [...exploredSafeguards, ...edgeSafeguards].map(({ safeguard }) => safeguard);
    for (const safeguard of [
      "home first",
      "check-and-set",
      "read-back equal",
      "read-back current",
      "read-back without expiry",
      "proof before delete",
      "a tag that was lost before the delete",
      "only what carries the mover's tag is deleted",
      "a former entity's version is recognised by its value",
      "a rotator's version is not the mover's",
      "a rotating secret is handed over to a rotator that waits",
      "a rotator is told from a person",
      "a person is told from a rotator",
      "second look",
      "label per version",
      "created_by",
      "late check",
      "late check of a home that was set back",
      "a denied restore is tried again, with its alarm",
      "a person's undo",
      "staged versions",
      "whose tag it is",
      "the place of the homes in the tag",
      "a setting never rewrites the past",
      "labels only withhold",
      "name escape",
      "no redirects",
      "closed list of reasons",
      "deny force-delete",
    ]) {
      ok(all.includes(safeguard), safeguard);
    }
    for (const line of safeguardTable()) say(line);
  });
});

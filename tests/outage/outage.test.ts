import { deepEqual, equal, ok } from "node:assert/strict";

import { delaySeconds } from "../../runtime/mover/backoff";
import { arnOf, startTime } from "../support/builders";
import { createSecret } from "../support/fakeSource";
import { between, faults, never, retryAfterSeconds, sometimes } from "./faults";
import { seededRandom } from "./random";
import { endState, hour, minute, mostWithin, plantSecrets, secretCount, sendEvents } from "./scene";
import { queueRules, simulate } from "./simulation";
import type { Fault, Simulation, SimulationOptions } from "./simulation";

const outageMs = 12 * hour;
const outageEnd = startTime + outageMs;
/** As long as the queue keeps a message. */
const horizon = startTime + 4 * 24 * hour;
const drainMs = 20 * minute;

interface Run {
  readonly simulation: Simulation;
  readonly state: ReturnType<typeof endState>;
  /** Milliseconds from the end of the outage until the queue was empty. */
  readonly drained: number;
  /** Receives of each message. */
  readonly receives: readonly number[];
}

async function through(fault: Fault, over: Partial<SimulationOptions> = {}): Promise<Run> {
  const world = plantSecrets();
  const simulation = simulate({ world, fault, ...over });
  sendEvents(world, simulation.queue, outageMs);
  const ended = await simulation.run(horizon);
  const receives = [...simulation.queue.history.values()].map(({ length }) => length);
  return { simulation, state: endState(world), drained: ended - outageEnd, receives };
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

describe("an outage of 12 hours, in simulated time", function () {
  this.timeout(180_000);
  let faultFree: ReturnType<typeof endState> = [];
  const rows: string[] = [];
  let undone = 0;

  before(async () => {
    ({ state: faultFree } = await through(never));
  });
  after(() => {
    const head = ["outage", "receives, mean", "most", "dead letters", "empty after", "together"];
    process.stdout.write(`\n      ${head.join(" | ")}\n${rows.map((row) => `      ${row}\n`).join("")}\n`);
    process.stdout.write(
      `      with half of all calls failing, ${undone} of ${secretCount} stayed, copied and alarmed\n\n`,
    );
  });

  /** How many come back in one minute, long after they all failed in the first. */
  const together = ({ simulation }: Run): number => {
    const times = [...simulation.queue.history.values()].flat();
    return mostWithin(
      times.filter((time) => time > startTime + 2 * hour && time < outageEnd),
      minute,
    );
  };

  const note = (what: string, run: Run): void => {
    const { receives, simulation, drained } = run;
    const empty = drained > 0 ? `${(drained / minute).toFixed(1)} min` : "before its end";
    const numbers = [
      mean(receives).toFixed(1),
      Math.max(...receives),
      simulation.queue.dead.length,
      empty,
      together(run),
    ];
    rows.push([what, ...numbers].join(" | "));
  };

  it("never happened, to compare with: all are moved within minutes", () => {
    equal(faultFree.length, secretCount);
    for (const { scheduled, holdsCurrent, version } of faultFree)
      deepEqual([scheduled, holdsCurrent, version], [true, true, 1]);
  });

  const outages: Readonly<Record<string, Fault>> = {
    "Vault is sealed": faults.sealed,
    "Vault is stopped": faults.stopped,
    "Vault hangs": faults.hanging,
    "Vault throttles everything": faults.vaultThrottling,
    "STS gives no web identity token": faults.stsForJwt,
    "Vault can't reach STS": faults.stsForAws,
    "Secrets Manager throttles everything": faults.sourceThrottling,
  };
  for (const [what, fault] of Object.entries(outages)) {
    it(`keeps everything and drains by itself when ${what}`, async () => {
      const run = await through(between(startTime, outageEnd, fault));
      const { simulation, state, drained, receives } = run;
      note(what, run);

      deepEqual(state, faultFree);
      deepEqual(simulation.queue.dead, []);
      deepEqual(simulation.queue.expired, []);
      ok(drained <= drainMs, `empty ${drained / minute} minutes after the end`);
      ok(Math.max(...receives) <= 103, `${Math.max(...receives)} receives`);
      // 150 and more wait: one rhythm for all would bring them back together, chance brings a tenth.
      ok(together(run) <= secretCount / 4, `${together(run)} messages in one minute`);
    });
  }

  it("keeps everything when only half of all calls fail", async () => {
    const run = await through(between(startTime, outageEnd, sometimes(0.5, seededRandom(7))));
    note("half of all calls fail", run);
    deepEqual(run.simulation.queue.dead, []);
    ok(run.state.every(({ holdsCurrent }) => holdsCurrent));
    // Where nobody knows whether the tagged delete was sent, the secret stays, copied and with an alarm.
    const live = run.state.filter(({ scheduled }) => !scheduled);
    deepEqual(
      live.filter(({ tagged }) => !tagged.startsWith("u ")),
      [],
    );
    const alarmed = new Set(
      run.simulation.outcomes.filter(({ outcome }) => outcome.reason === "undone").map(({ outcome }) => outcome.arn),
    );
    equal(alarmed.size, live.length);
    ok(live.length < secretCount / 10, `${live.length} of ${secretCount} were undone`);
    undone = live.length;
    ok(run.drained <= drainMs);
  });

  it("drains as well when no rest could be set: the queue's own visibility time applies", async () => {
    const run = await through(between(startTime, outageEnd, faults.sealed), { restsFail: true });
    note("Vault is sealed, SQS takes no rests", run);
    deepEqual(run.state, faultFree);
    deepEqual(run.simulation.queue.dead, []);
    ok(run.drained <= drainMs);
  });

  it("costs a message 103 receives in the outage at the most, when every rest is the shortest possible", async () => {
    const run = await through(between(startTime, outageEnd, faults.stopped), { random: () => 1 });
    note("Vault is stopped, shortest rests", run);
    const inOutage = 103;
    // The one that gets through.
    const afterwards = 1;
    equal(Math.max(...run.receives), inOutage + afterwards);
    deepEqual(run.simulation.queue.dead, []);
  });

  it("waits as long as Vault asks, each message a little differently", async () => {
    const { simulation } = await through(between(startTime, outageEnd, faults.vaultThrottling));
    const firstGaps: number[] = [];
    for (const times of simulation.queue.history.values()) {
      times.forEach((time, index) => {
        const before = times[index - 1];
        if (before === undefined || before >= outageEnd) return;
        ok(time - before >= retryAfterSeconds * 1_000, `came back after ${time - before} ms`);
        if (index === 1) firstGaps.push(Math.round((time - before) / 1_000));
      });
    }
    ok(new Set(firstGaps).size > 10, `only ${new Set(firstGaps).size} different rests`);
  });
});

describe("a message that can't succeed, in simulated time", function () {
  this.timeout(180_000);

  it("holds nobody up, and is on the dead-letter queue at last", async () => {
    const world = plantSecrets();
    const poison = arnOf("outage/poison");
    const simulation = simulate({
      world,
      fault: ({ args: [id] }) => (id === poison ? { error: new TypeError("a defect"), ms: 5 } : undefined),
    });
    const id = simulation.queue.send(JSON.stringify({ secretId: poison }), startTime);
    sendEvents(world, simulation.queue, minute);
    createSecret(world.source, "outage/poison", "x");
    await simulation.run(horizon);

    const others = endState(world).filter(({ name }) => name !== "outage/poison");
    ok(others.every(({ scheduled, holdsCurrent }) => scheduled && holdsCurrent));
    const last = Math.max(...simulation.outcomes.map(({ at }) => at)) - startTime;
    ok(last < 10 * minute, `the last other took ${last / minute} minutes`);
    const [dead, ...more] = simulation.queue.dead;
    deepEqual(more, []);
    deepEqual([dead?.id, dead?.by], [id, "redrive policy"]);
    equal(simulation.queue.history.get(id)?.length, queueRules.maxReceiveCount);
    const hours = ((dead?.at ?? 0) - startTime) / hour;
    process.stdout.write(
      `      the last other secret ${(last / minute).toFixed(1)} min, the dead letter ${hours.toFixed(1)} h\n`,
    );
    ok(hours > 24);
  });

  it("is put on the dead-letter queue at once when nobody can read it, and only then", async () => {
    const world = plantSecrets();
    const simulation = simulate({ world, fault: between(startTime, startTime + hour, faults.sealed) });
    const bodies = ["{", "null", '{"secretId":7}', '{"detail-type":7}'];
    for (const body of bodies) simulation.queue.send(body, startTime);
    sendEvents(world, simulation.queue, minute);
    await simulation.run(horizon);

    deepEqual(
      simulation.queue.dead.map(({ body, by }) => [body, by]),
      bodies.map((body) => [body, "function"]),
    );
    ok(simulation.queue.dead.every(({ at }) => at < startTime + minute));
    ok(endState(world).every(({ scheduled, holdsCurrent }) => scheduled && holdsCurrent));
  });
});

describe("an outage of 84 hours, in simulated time", function () {
  this.timeout(180_000);

  it("sends messages to the dead-letter queue, loses none, and ends well when they are put back", async () => {
    const end = startTime + 84 * hour;
    const world = plantSecrets();
    const simulation = simulate({ world, fault: between(startTime, end, faults.sealed) });
    sendEvents(world, simulation.queue, minute);
    await simulation.run(end);
    const { dead, expired } = simulation.queue;
    const first = Math.min(...dead.map(({ at }) => at)) - startTime;
    process.stdout.write(`      ${dead.length} dead letters, the first after ${(first / hour).toFixed(1)} h\n`);
    ok(first > 24 * hour);
    deepEqual(expired, []);
    equal(dead.length + simulation.queue.kept.size, simulation.queue.history.size);

    for (const { body } of dead) simulation.queue.send(body, end);
    await simulation.run(end + hour);

    equal(simulation.queue.kept.size, 0);
    ok(endState(world).every(({ scheduled, holdsCurrent }) => scheduled && holdsCurrent));
  });
});

describe("delaySeconds over 12 hours", () => {
  const receivesAt = (random: () => number): number => {
    let elapsed = 0;
    let receives = 0;
    while (elapsed < 12 * 3_600) elapsed += delaySeconds((receives += 1), random());
    return receives;
  };

  it("allows 55 receives without jitter, 103 at the shortest rests, about 71 on average", () => {
    equal(
      receivesAt(() => 0),
      55,
    );
    equal(
      receivesAt(() => 1),
      103,
    );
    const random = seededRandom(3);
    const average = mean(Array.from({ length: 1_000 }, () => receivesAt(random)));
    ok(average > 65 && average < 75, `${average}`);
  });
});

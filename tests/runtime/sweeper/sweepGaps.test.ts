import { deepEqual, ok } from "node:assert/strict";

import { assert as check, asyncProperty, array, boolean, integer, nat } from "fast-check";

import { runSweep } from "../../../runtime/sweeper/sweep";
import type { Entry } from "../../../runtime/sweeper/entry";
import type { SweepKind } from "../../../runtime/sweeper/sweep";
import { arnOf, sweepSettings } from "../../support/builders";

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 10, 3);
const pageSize = 3;
/** The list may show a change so much later than it was made. */
const listDelayMs = 5 * minute;

interface Account {
  /** When each secret changed last, in milliseconds since the epoch. */
  readonly changes: readonly number[];
}

/** Sweeps at a moment; dies at a page, if told one. @returns the secrets that it put on the queue */
async function sweepAt(
  now: number,
  kind: SweepKind,
  { changes }: Account,
  dieAtPage = Infinity,
): Promise<readonly string[]> {
  const listed = changes
    .map((changedAt, index): Entry => {
      const name = `s${index}`;
      return { secretId: arnOf(name), name, changedAt, scheduled: false, tags: [], serviceOwned: false };
    })
    .filter(({ changedAt = 0 }) => changedAt + listDelayMs <= now)
    .sort((a, b) => (b.changedAt ?? 0) - (a.changedAt ?? 0));
  const queued: string[] = [];
  const settings = sweepSettings();
  try {
    await runSweep(kind, settings, {
      list: (_, token) => {
        const from = Number(token ?? 0);
        if (from / pageSize >= dieAtPage) return Promise.reject(new Error("the sweep dies"));
        const next = from + pageSize < listed.length ? { next: (from + pageSize).toString() } : {};
        return Promise.resolve({ entries: listed.slice(from, from + pageSize), ...next });
      },
      send: (ids) => {
        queued.push(...ids);
        return Promise.resolve();
      },
      now: () => now,
      remainingMs: () => 900_000,
    });
  } catch (error) {
    if (!(error instanceof Error && error.message === "the sweep dies")) throw error;
  }
  return queued;
}

describe("a sweep that dies half-way", () => {
  it("of what is recent is made good by the next: no change is missed unless two in a row fail", async () => {
    const hours = 12;
    const changes = array(integer({ min: 0, max: (hours - 2) * hour - listDelayMs }), { minLength: 1, maxLength: 40 });
    const deaths = array(nat(6), { minLength: hours + 1, maxLength: hours + 1 });

    await check(
      asyncProperty(changes, deaths, boolean(), async (offsets, pagesOfDeath, odd) => {
        const account = { changes: offsets.map((offset) => start + offset) };
        const queued = new Set<string>();
        for (let at = 0; at <= hours; at += 1) {
          // Every other sweep dies, at any page.
          const dies = at % 2 === (odd ? 1 : 0);
          const ids = await sweepAt(start + at * hour, "recent", account, dies ? pagesOfDeath[at] : undefined);
          for (const id of ids) queued.add(id);
        }
        deepEqual(queued, new Set(account.changes.map((_, index) => arnOf(`s${index}`))));
      }),
      { numRuns: 200 },
    );
  });

  it("of everything is made good by the next, whatever it sent before", async () => {
    await check(
      asyncProperty(nat(40), nat(14), async (secrets, page) => {
        const account = { changes: Array.from({ length: secrets }, (_, index) => start - index * hour) };

        const half = await sweepAt(start + hour, "all", account, page);
        const whole = await sweepAt(start + 25 * hour, "all", account);

        ok(half.length <= whole.length);
        deepEqual(
          whole,
          account.changes.map((_, index) => arnOf(`s${index}`)),
        );
      }),
      { numRuns: 100 },
    );
  });
});

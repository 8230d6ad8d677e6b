import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { absentHome } from "../../../runtime/model/home";
import { readDescription } from "../../../runtime/model/source";
import { decide } from "../../../runtime/mover/decide";
import type { SweepSettings } from "../../../runtime/sweeper/settings";
import {
  concernsMover,
  isRecent,
  readSweep,
  recentWindowMs,
  reserveMs,
  runSweep,
  sweepError,
} from "../../../runtime/sweeper/sweep";
import type { Entry } from "../../../runtime/sweeper/entry";
import type { ListKind, Page, SweepKind, SweepPorts, SweepReport } from "../../../runtime/sweeper/sweep";
import { arnOf, moverSettings, sweepSettings } from "../../support/builders";

const now = Date.UTC(2026, 10, 3);
const minute = 60_000;
const settings = sweepSettings();

const entry = (name: string, over: Partial<Entry> = {}): Entry => ({
  secretId: arnOf(name),
  name,
  changedAt: now - minute,
  scheduled: false,
  tags: [],
  serviceOwned: false,
  ...over,
});

interface Scene extends Partial<Pick<SweepPorts, "send" | "remainingMs">> {
  readonly pages: readonly (readonly Entry[])[];
  /** The list of what carries the mover's tag. */
  readonly tagged?: readonly Entry[];
  readonly settings?: Partial<SweepSettings>;
}

interface Swept {
  readonly run: Promise<SweepReport>;
  /** Names in the order in which they were sent, a list for each batch. */
  readonly batches: readonly (readonly string[])[];
  readonly asked: { readonly kind: ListKind; readonly token: string | undefined }[];
}

function sweepOver(
  kind: SweepKind,
  { pages, tagged = [], settings: own, send, remainingMs = () => 900_000 }: Scene,
): Swept {
  const batches: (readonly string[])[] = [];
  const asked: Swept["asked"] = [];
  const run = runSweep(
    kind,
    { ...settings, ...own },
    {
      list: (asking, token) => {
        asked.push({ kind: asking, token });
        if (asking === "tagged") return Promise.resolve({ entries: tagged });
        const index = Number(token ?? 0);
        const next = index + 1 < pages.length ? { next: (index + 1).toString() } : {};
        return Promise.resolve({ entries: pages[index] ?? [], ...next });
      },
      send: async (ids) => {
        await send?.(ids);
        batches.push(ids);
      },
      now: () => now,
      remainingMs,
    },
  );
  return { run, batches, asked };
}

const ids = (names: readonly string[]): readonly string[] => names.map((name) => arnOf(name));
const many = (count: number, prefix = "s"): readonly Entry[] =>
  Array.from({ length: count }, (_, index) => entry(`${prefix}${index}`));

describe("readSweep", () => {
  it("takes the two constant inputs of the rules", () => {
    equal(readSweep({ sweep: "recent" }), "recent");
    equal(readSweep({ sweep: "all" }), "all");
  });

  for (const event of [undefined, null, "all", {}, { sweep: "everything" }, { sweep: ["all"] }, { Records: [] }]) {
    it(`refuses ${JSON.stringify(event)} and says what it takes`, () => {
      throws(() => readSweep(event), /\{"sweep":"recent"\} or \{"sweep":"all"\}/);
    });
  }
});

describe("runSweep", () => {
  it("puts every secret of every page on the queue, ten at a time, and the rest at the end", async () => {
    const pages = [many(12, "a"), many(12, "b")];
    const { run, batches } = sweepOver("all", { pages });

    deepEqual(await run, { sweep: "all", pages: 2, listed: 24, sent: 24, unwatched: { secrets: 0, ending: 0 } });

    deepEqual(
      batches.map(({ length }) => length),
      [10, 10, 4],
    );
    deepEqual(
      batches.flat(),
      pages.flat().map(({ secretId }) => secretId),
    );
  });

  it("follows the tokens and takes an empty page for no end", async () => {
    const { run, batches, asked } = sweepOver("all", { pages: [[], many(1, "a"), [], many(1, "b")] });

    equal((await run).pages, 4);

    deepEqual(
      asked.map(({ token }) => token),
      [undefined, "1", "2", "3"],
    );
    deepEqual(batches.flat(), ids(["a0", "b0"]));
  });

  it("sends nothing when there is nothing", async () => {
    const { run, batches } = sweepOver("recent", { pages: [[]] });

    deepEqual(await run, { sweep: "recent", pages: 1, listed: 0, sent: 0 });
    deepEqual(batches, []);
  });

  describe("of what is recent", () => {
    const old = (name: string, minutes = 24 * 60): Entry => entry(name, { changedAt: now - minutes * minute });

    it("stops at the first page that begins too old", async () => {
      const pages = [[entry("new"), old("old")], [old("older", 2_000)], [old("oldest", 3_000)]];
      const { run, batches } = sweepOver("recent", { pages });

      deepEqual(await run, { sweep: "recent", pages: 2, listed: 3, sent: 1 });
      deepEqual(batches.flat(), ids(["new"]));
    });

    it("reads to the end when the list is not in order", async () => {
      const pages = [[old("a", 3_000), old("b", 2_000)], [old("c")], [entry("d")]];
      const { run, batches } = sweepOver("recent", { pages });

      equal((await run).pages, 3);
      deepEqual(batches.flat(), ids(["d"]));
    });

    it("reads on after an empty page, and after an entry without a date, which it sends", async () => {
      const undated: Entry = {
        secretId: arnOf("undated"),
        name: "undated",
        scheduled: false,
        tags: [],
        serviceOwned: false,
      };
      const pages = [[old("a")], [], [undated], [old("b")], [entry("c")]];

      equal((await sweepOver("recent", { pages: [[entry("new")], ...pages.slice(1)] }).run).sent, 3);
      const { run, batches } = sweepOver("recent", { pages: [[], [undated, old("a")], [old("b")], [entry("c")]] });
      equal((await run).pages, 4);
      deepEqual(batches.flat(), ids(["undated", "c"]));
    });

    it("is what changed within two intervals and the five minutes that the list may be behind", async () => {
      const at = (name: string, age: number): Entry => entry(name, { changedAt: now - age });
      const pages = [[at("in", recentWindowMs), at("out", recentWindowMs + 1)]];
      const { run, batches } = sweepOver("recent", { pages });

      equal(recentWindowMs, 125 * minute);
      await run;
      deepEqual(batches.flat(), ids(["in"]));
    });

    it("includes what changed a settle time ago, so that its deletion is not forgotten", async () => {
      const pages = [
        [old("new", 1), old("waiting", 300), old("settled", 605), old("long settled", 800)],
        [old("unread", 900)],
        [old("beyond", 1_000)],
      ];
      const { run, batches } = sweepOver("recent", { pages, settings: { settleMinutes: 600 } });

      deepEqual([(await run).pages, batches.flat()], [2, ids(["new", "settled"])]);
    });

    it("reads past what waits to what a settle time has ended for", async () => {
      const pages = [
        [old("new", 1)],
        [old("waiting", 400)],
        [old("settled", 605)],
        [old("beyond", 900)],
        [old("unread")],
      ];
      const { run, batches } = sweepOver("recent", { pages, settings: { settleMinutes: 600 } });

      deepEqual([(await run).pages, batches.flat()], [4, ids(["new", "settled"])]);
    });

    it("counts a settle time from its very end to the end of the window after it", () => {
      const settleMinutes = 600;
      const recent = (age: number): boolean => isRecent(now - age, settleMinutes, now);
      const settled = settleMinutes * minute;

      deepEqual([settled - 1, settled, settled + recentWindowMs, settled + recentWindowMs + 1].map(recent), [
        false,
        true,
        true,
        false,
      ]);
    });

    it("keeps nothing back of everything", async () => {
      const { run, batches } = sweepOver("all", { pages: [[old("a")], [old("b", 9_000)]] });

      await run;
      deepEqual(batches.flat(), ids(["a", "b"]));
    });
  });

  it("leaves out other names, exempt ones, a service's, and deletions that are not the mover's", async () => {
    const pages = [
      [
        entry("app/a"),
        entry("APP/upper case"),
        entry("other/app/"),
        entry("app/keep/b"),
        entry("app/owned", { serviceOwned: true }),
        entry("app/rds!cluster"),
        entry("app/deleted", { scheduled: true }),
        entry("app/moved", { scheduled: true, tags: ["vault-mover"] }),
      ],
    ];
    const { run, batches } = sweepOver("all", { pages, settings: { namePrefix: "app/", exemptNames: ["app/keep/*"] } });

    deepEqual(await run, { sweep: "all", pages: 1, listed: 8, sent: 2, unwatched: { secrets: 0, ending: 0 } });
    deepEqual(batches.flat(), ids(["app/a", "app/moved"]));
  });

  it("never leaves out what carries the mover's tag, be it exempt by now", () => {
    const scope = { namePrefix: "app/", exemptNames: ["app/*"] };

    for (const scheduled of [true, false]) {
      equal(concernsMover(entry("app/x", { tags: ["a", "vault-mover"], scheduled }), scope), true);
      equal(concernsMover(entry("app/x", { tags: ["vault-mover-mode"], scheduled }), scope), false);
    }
    equal(concernsMover(entry("b/x", { tags: ["vault-mover"] }), scope), false, "the mover may not look at it");
  });

  it("leaves out only what the mover would skip itself", () => {
    const mover = { ...moverSettings(), mode: "move" as const, namePrefix: "app/", exemptNames: ["app/keep/*"] };
    const cases: readonly Parameters<typeof entry>[] = [
      ["other/x"],
      ["app/keep/x"],
      ["app/rds!x"],
      ["app/owned", { serviceOwned: true }],
      ["app/deleted", { scheduled: true }],
    ];
    for (const [name, over] of cases) {
      const listed = entry(name, over);
      equal(concernsMover(listed, mover), false, name);
      const source = readDescription(
        {
          ARN: arnOf(name),
          Name: name,
          VersionIdsToStages: { "00000000-0000-4000-8000-000000000001": ["AWSCURRENT"] },
          ...(listed.serviceOwned ? { OwningService: "rds" } : {}),
          ...(listed.scheduled ? { DeletedDate: new Date(now) } : {}),
        },
        "eu-west-1",
      );
      const decision = decide(source, absentHome, mover, { now });
      deepEqual([decision.act, decision.act === "stop" && decision.outcome], ["stop", "skipped"], name);
    }
  });

  describe("with calls that fail or take long", () => {
    it("has at most twenty calls to SQS under way, and waits for room", async () => {
      let [running, most] = [0, 0];
      const { run } = sweepOver("all", {
        pages: Array.from({ length: 10 }, (_, index) => many(100, `p${index}-`)),
        send: async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, 1));
          running -= 1;
        },
      });

      equal((await run).sent, 1_000);
      equal(most, 20);
    });

    it("fails with the list's error when what is under way has ended", async () => {
      let ended = false;
      const list = (_: ListKind, token?: string): Promise<Page> =>
        token === undefined
          ? Promise.resolve({ entries: many(10), next: "1" })
          : Promise.reject(
              sweepError("ListSecrets", Object.assign(new Error("hidden"), { name: "ThrottlingException" })),
            );
      const send = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended = true;
      };
      const ports = { list, send, now: () => now, remainingMs: () => 900_000 };

      await rejects(runSweep("all", settings, ports), {
        message: /^The sweep stopped at ListSecrets: ThrottlingException\./,
      });
      equal(ended, true);
    });

    it("fails when a batch could not be sent, soon and also when it was the last", async () => {
      const fails = (): Promise<void> => Promise.reject(new Error("no queue"));

      await rejects(sweepOver("all", { pages: [many(3)], send: fails }).run, /no queue/);
      const { run, asked } = sweepOver("all", { pages: Array.from({ length: 50 }, () => many(100)), send: fails });
      await rejects(run, /no queue/);
      ok(asked.length < 5, `${asked.length} pages were read`);
    });

    it("stops before its time is over, with what it did so far", async () => {
      let left = reserveMs + 3;
      const { run, batches } = sweepOver("all", {
        pages: Array.from({ length: 50 }, (_, index) => many(10, `p${index}-`)),
        remainingMs: () => (left -= 1),
      });

      await rejects(run, (error: Error) => {
        match(
          error.message,
          /^The sweep ran out of time after 2 pages with 20 secrets, of which 1?0 are on the queue\./,
        );
        match(error.message, /sweepShare/);
        return true;
      });
      deepEqual(batches.flat(), ids(Array.from({ length: 10 }, (_, index) => `p0-${index}`)));
    });
  });

  it("says nothing but the call and the error's name and code", () => {
    const error = sweepError("ListSecrets", Object.assign(new Error("secret app/x"), { code: "ECONNRESET" }));

    equal(
      error.message,
      "The sweep stopped at ListSecrets: Error (ECONNRESET). What it did not send is left to the next one.",
    );
    equal(error.cause, undefined);
  });

  it("counts a secret without a date as recent", () => {
    equal(isRecent(undefined, 0, now), true);
  });
});

describe("a sweep of 500,000 secrets", function () {
  this.timeout(300_000);

  it("sends each once and holds no more than a sweep of 5,000", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heap = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const pages = 5_000;
    const heaps: number[] = [];
    let sent = 0;
    const report = await runSweep("all", settings, {
      list: (_, token) => {
        const index = Number(token ?? 0);
        if (index === 50 || index === pages - 1) heaps.push(heap());
        const entries = Array.from({ length: 100 }, (__, place) => entry(`team/app-${index}/secret-${place}`));
        return Promise.resolve({ entries, ...(index + 1 < pages ? { next: (index + 1).toString() } : {}) });
      },
      send: async (secretIds) => {
        // As a call does: it ends later than its turn.
        await new Promise((resolve) => setImmediate(resolve));
        sent += secretIds.length;
      },
      now: () => now,
      remainingMs: () => 900_000,
    });

    deepEqual(report, { sweep: "all", pages, listed: 500_000, sent: 500_000, unwatched: { secrets: 0, ending: 0 } });
    equal(sent, 500_000);
    const [early = 0, late = 0] = heaps;
    ok(late - early < 4 * 2 ** 20, `the heap grew by ${((late - early) / 2 ** 20).toFixed(1)} MiB`);
  });
});

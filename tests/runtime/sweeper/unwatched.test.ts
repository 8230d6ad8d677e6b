import { deepEqual, equal } from "node:assert/strict";

import { againTag, stateTag, writeStateTag } from "../../../runtime/model/stateTag";
import type { StateTag } from "../../../runtime/model/stateTag";
import type { SweepSettings } from "../../../runtime/sweeper/settings";
import { runSweep } from "../../../runtime/sweeper/sweep";
import type { Entry } from "../../../runtime/sweeper/entry";
import type { ListKind, SweepReport } from "../../../runtime/sweeper/sweep";
import { readUnwatched } from "../../../runtime/sweeper/unwatched";
import { arnOf, sweepSettings } from "../../support/builders";

const now = Date.UTC(2026, 10, 3);
const day = 24 * 60 * 60_000;
const settings = sweepSettings({ formerEntityIds: ["4e5f6a7b-former"] });

const tagOf = (name: string, over: Partial<StateTag> = {}): string =>
  writeStateTag({
    owner: "0a1b2c3d",
    place: "00000000",
    state: "d",
    suffix: arnOf(name).slice(-6),
    versionId: "00000000-0000-4000-8000-000000000001",
    homeVersion: 1,
    created: "abc",
    taggedAt: now - day,
    windowDays: 30,
    replicas: [],
    ...over,
  }) ?? "";

/** A secret that the mover deleted a day ago. */
const moved = (name: string, tag = tagOf(name), over: Partial<Entry> = {}): Entry => ({
  secretId: arnOf(name),
  name,
  changedAt: now - day,
  scheduled: true,
  tags: [stateTag],
  tag,
  serviceOwned: false,
  ...over,
});

interface Swept {
  readonly report: SweepReport;
  readonly asked: readonly ListKind[];
  readonly sent: readonly string[];
}

/** Sweeps an account whose server filters names by prefix, whatever their case, as AWS does. */
async function sweep(entries: readonly Entry[], over: Partial<SweepSettings>, kind: "all" | "recent" = "all") {
  const asked: ListKind[] = [];
  const sent: string[] = [];
  const { namePrefix = "" } = over;
  const report = await runSweep(
    kind,
    { ...settings, ...over },
    {
      list: (listing, token) => {
        asked.push(listing);
        if (listing === "tagged") {
          const [first, ...rest] = entries.filter(({ tags }) => tags.includes(stateTag));
          // Two pages: the second list is followed to its end as well.
          if (token === undefined && first !== undefined) return Promise.resolve({ entries: [first], next: "1" });
          return Promise.resolve({ entries: rest });
        }
        return Promise.resolve({
          entries: entries.filter(({ name }) => name.toLowerCase().startsWith(namePrefix.toLowerCase())),
        });
      },
      send: (ids) => {
        sent.push(...ids);
        return Promise.resolve();
      },
      now: () => now,
      remainingMs: () => 900_000,
    },
  );
  return { report, asked, sent } satisfies Swept;
}

describe("deletions that no mover watches over", () => {
  const accounts = [moved("app/a"), moved("b"), moved("App/c")];

  it("are none while the mover looks at everything", async () => {
    const { report, asked, sent } = await sweep(accounts, {});

    deepEqual(report.unwatched, { secrets: 0, ending: 0 });
    deepEqual([asked, sent.length], [["all"], 3]);
  });

  it("are all of them while the queue is not read, and nothing is put on it", async () => {
    const { report, sent } = await sweep([...accounts, moved("live", undefined, { scheduled: false })], {
      enabled: false,
    });

    deepEqual(report, { sweep: "all", pages: 1, listed: 4, sent: 0, unwatched: { secrets: 3, ending: 0 } });
    deepEqual(sent, []);
  });

  it("are not counted by a sweep of what is recent, which sends nothing either while the queue is not read", async () => {
    const { report, sent } = await sweep(
      [moved("live", undefined, { scheduled: false })],
      { enabled: false },
      "recent",
    );

    deepEqual([report, sent], [{ sweep: "recent", pages: 1, listed: 1, sent: 0 }, []]);
  });

  it("are those of mode `audit`, by the mode that the rules give a name; the mover reports on them all the same", async () => {
    const { report, sent } = await sweep(accounts, {
      mode: "audit",
      modeRules: [
        { pattern: "b", mode: "copy" },
        { pattern: "App/*", mode: "audit" },
      ],
    });

    deepEqual([report.unwatched, sent.length], [{ secrets: 2, ending: 0 }, 3]);
  });

  it("are those outside a narrower prefix, each once, be it in another case", async () => {
    const { report, asked, sent } = await sweep(accounts, { namePrefix: "app/" });

    deepEqual(report.unwatched, { secrets: 2, ending: 0 });
    deepEqual([asked, sent], [["all", "tagged", "tagged"], [arnOf("app/a")]]);
  });

  it("are counted once where a prefix and another cause come together", async () => {
    const { report } = await sweep(accounts, { namePrefix: "app/", enabled: false });

    deepEqual(report.unwatched, { secrets: 3, ending: 0 });
  });

  it("are also those that were begun and not finished, whose replicas a mover may have removed", async () => {
    const replicas = [{ region: "us-east-1" }];
    const live = (name: string, over: Partial<StateTag>) => moved(name, tagOf(name, over), { scheduled: false });
    const entries = [
      live("removing", { state: "t", replicas }),
      // Taken back by a person, before a mover put the replicas back.
      live("taken-back", { state: "d", replicas }),
      live("put-back", { state: "u", replicas }),
      live("without", { state: "d" }),
      live("anothers", { state: "t", replicas, owner: "stranger", place: "ffffffff" }),
    ];

    deepEqual((await sweep(entries, { mode: "audit" })).report.unwatched, { secrets: 2, ending: 0 });
    deepEqual((await sweep(entries, {})).report.unwatched, { secrets: 0, ending: 0 });
  });

  it("are counted apart when they may end within three days", async () => {
    const entries = [
      moved("later", tagOf("later", { taggedAt: now - 27 * day })),
      moved("soon", tagOf("soon", { taggedAt: now - 27 * day - 1_000 })),
      moved("short", tagOf("short", { taggedAt: now - 5 * day, windowDays: 7 })),
      moved("undone", tagOf("undone", { state: "u" })),
    ];

    deepEqual((await sweep(entries, { enabled: false })).report.unwatched, { secrets: 4, ending: 3 });
  });

  const off = { ...settings, enabled: false };
  it("are a former mover's as well", () => {
    equal(readUnwatched(moved("a", tagOf("a", { owner: "4e5f6a7b" })), off, now), "later");
  });

  it("are, where no mover is any more, all whose tag names the place of its homes, whoever wrote it", () => {
    const former = moved("a", tagOf("a", { owner: "ffffffff" }));
    equal(readUnwatched(former, { ...off, place: "00000000" }, now), "later");
    equal(readUnwatched(former, { ...off, place: "11111111" }, now), undefined);
  });

  for (const [what, tag] of [
    ["another deployment's", tagOf("a", { owner: "ffffffff" })],
    ["another deployment's that was copied", tagOf("a", { owner: "ffffffff", suffix: "zzzzzz" })],
    ["those that a person let move again", againTag],
  ] as const) {
    it(`are not ${what}`, () => {
      equal(readUnwatched(moved("a", tag), { ...off, place: "11111111" }, now), undefined);
    });
  }

  it("are scheduled ones whose tag somebody cut off, where no mover looks and refuses it", () => {
    const cut = moved("a", tagOf("a").slice(0, 40));
    equal(readUnwatched(cut, off, now), "ending");
    equal(readUnwatched(cut, { ...off, enabled: true, namePrefix: "other/" }, now), "ending");
    equal(readUnwatched(cut, { ...off, enabled: true, mode: "move" }, now), undefined);
    equal(readUnwatched({ ...cut, scheduled: false }, off, now), undefined);
  });

  it("are scheduled ones with a tag of this mover's that was copied from another secret, also where a mover looks", () => {
    const copied = moved("a", tagOf("a", { suffix: "zzzzzz" }));
    equal(readUnwatched(copied, off, now), "ending");
    equal(readUnwatched(copied, { ...off, enabled: true, mode: "move" }, now), "ending");
    equal(readUnwatched({ ...copied, scheduled: false }, off, now), undefined);
  });

  it("are not those without the tag, nor what is not scheduled", () => {
    const { tag, ...untagged } = moved("a");
    equal(readUnwatched(untagged, off, now), undefined);
    equal(readUnwatched({ ...untagged, tag: tag ?? "", scheduled: false }, off, now), undefined);
  });
});

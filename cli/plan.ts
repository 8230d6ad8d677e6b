/** The plan: what would happen to every secret. It goes through the list page by page and keeps only counts. */
import type { Reason, RestoreCause } from "../runtime/model/outcome";
import { homePath } from "../runtime/model/path";
import type { Source } from "../runtime/model/source";
import type { MoverSettings } from "../runtime/shared/environment";
import { makeTaskPool } from "../runtime/sweeper/taskPool";
import type { Filter } from "./filter";
import { forecast, needsPerson, traitsOf, wrongMode } from "./forecast";
import type { Act, Forecast, Looks, Trait } from "./forecast";
import { foretold } from "./foretell";
import type { ListPage } from "./listing";

/** One secret of the plan, under the names that `--json` prints. */
export interface Planned extends Forecast {
  readonly secret: string;
  readonly arn: string;
  /** `<mount>/<path>` of the home. */
  readonly home: string;
  /** The forecast's sentence. */
  readonly why: string;
  readonly traits: readonly Trait[];
}

export interface PlanPorts extends Looks {
  readonly list: ListPage;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface PlanOptions {
  readonly settings: MoverSettings;
  readonly filter: Filter;
  /** Secrets that are looked at at once. */
  readonly atOnce: number;
  /** Whether somebody wants the run to end; the secrets under way are finished. */
  readonly stopped: () => boolean;
}

/** Secrets that share act, outcome and reason, and what gives them their mode. */
export interface Group {
  readonly act: Act;
  readonly outcome?: Forecast["outcome"];
  readonly intent?: Forecast["intent"];
  readonly modeBy?: Forecast["modeBy"];
  readonly reason: Reason | RestoreCause;
  /** The forecast's sentence. */
  readonly why: string;
  secrets: number;
  /** Names of the first few. */
  readonly examples: string[];
  /** Where their tag has a word that is no mode: the words of these. */
  readonly words?: string[];
}

export interface Totals {
  /** Secrets on all pages. */
  listed: number;
  /** Secrets that the filter let through. */
  secrets: number;
  /** Of those, how many a run would change something for. */
  work: number;
  /** Of those, how many only a person can do something about. */
  needsPerson: number;
  readonly groups: Group[];
  readonly traits: Partial<Record<Trait, number>>;
  /** US dollars a month that Secrets Manager takes for them, replicas counted, scheduled deletions not. */
  dollarsMonthly: number;
  /** The same when all planned moves are done. */
  dollarsMonthlyAfter: number;
  /** The run ended before the list did. */
  stopped: boolean;
}

/** Price of a secret or replica a month, in US dollars, in cents to keep the sum exact. */
const centsMonthly = 40;
/** Names that are kept of a group. */
export const examplesKept = 3;
/** Characters that are shown of a tag's word that is no mode. */
const wordShown = 20;

const emptyTotals = (): Totals => ({
  listed: 0,
  secrets: 0,
  work: 0,
  needsPerson: 0,
  groups: [],
  traits: {},
  dollarsMonthly: 0,
  dollarsMonthlyAfter: 0,
  stopped: false,
});

function groupOf(totals: Totals, { act, outcome, intent, modeBy, reason, why }: Planned): Group {
  const found = totals.groups.find(
    (group) =>
      group.act === act &&
      group.outcome === outcome &&
      group.intent === intent &&
      group.modeBy === modeBy &&
      group.reason === reason,
  );
  if (found !== undefined) return found;
  const group: Group = {
    act,
    ...(outcome === undefined ? {} : { outcome }),
    ...(intent === undefined ? {} : { intent }),
    ...(modeBy === undefined ? {} : { modeBy }),
    reason,
    why,
    secrets: 0,
    examples: [],
    ...(modeBy === "no-mode" ? { words: [] } : {}),
  };
  totals.groups.push(group);
  return group;
}

/** A tag's word as it may stand on a screen. */
const shownWord = (word: string): string => {
  const plain = word.replace(/[^ -~]/g, "?");
  return plain.length > wordShown ? `${plain.slice(0, wordShown)}...` : plain;
};

/** Counts one secret; `cents` are kept in whole numbers until the end. */
function count(totals: Totals, cents: { now: number; after: number }, source: Source, planned: Planned): void {
  totals.secrets += 1;
  if (planned.act !== "nothing") totals.work += 1;
  const group = groupOf(totals, planned);
  group.secrets += 1;
  if (needsPerson(planned)) totals.needsPerson += 1;
  if (group.examples.length < examplesKept) {
    group.examples.push(planned.secret);
    group.words?.push(shownWord(wrongMode(source) ?? ""));
  }
  for (const trait of planned.traits) totals.traits[trait] = (totals.traits[trait] ?? 0) + 1;
  const charged = source.scheduled ? 0 : 1 + source.replicas.length;
  cents.now += charged * centsMonthly;
  cents.after += planned.act === "move" ? 0 : charged * centsMonthly;
}

/**
 * Plans. Memory holds two pages at most: the next one is asked for while this one is looked at.
 *
 * @param each called with every secret in the order of the list, and awaited, so that a slow reader slows the plan
 * @throws what a page or a look threw, after those under way have ended
 */
export async function makePlan(
  ports: PlanPorts,
  { settings, filter, atOnce, stopped }: PlanOptions,
  each: (planned: Planned, source: Source) => Promise<void> | void,
): Promise<Totals> {
  const totals = emptyTotals();
  const cents = { now: 0, after: 0 };

  async function planOne(source: Source): Promise<Planned> {
    const found = await forecast(source, settings, ports, ports.now());
    return {
      secret: source.name,
      arn: source.arn,
      home: `${settings.mount}/${homePath(settings, source.name)}`,
      ...found,
      why: foretold(found, settings),
      traits: traitsOf(source, found, settings),
    };
  }

  async function planPage(sources: readonly Source[]): Promise<void> {
    const lane = makeTaskPool(atOnce);
    const planned: (Planned | undefined)[] = [];
    try {
      for (const [index, source] of sources.entries()) {
        if (stopped()) break;
        await lane.add(async () => {
          planned[index] = await planOne(source);
        });
      }
    } finally {
      await lane.idle();
    }
    lane.check();
    for (const [index, source] of sources.entries()) {
      const one = planned[index];
      if (one === undefined) continue;
      count(totals, cents, source, one);
      await each(one, source);
    }
  }

  let coming = ports.list(undefined);
  for (;;) {
    const { secrets, next } = await coming;
    // The next page is asked for ahead. If that fails, the error is thrown when its turn comes, unless this page fails first.
    if (next !== undefined && !stopped()) {
      coming = ports.list(next);
      coming.catch(() => undefined);
    }
    totals.listed += secrets.length;
    await planPage(secrets.filter(filter).map(({ source }) => source));
    totals.stopped = stopped();
    if (next === undefined || totals.stopped) break;
  }
  totals.groups.sort((a, b) => b.secrets - a.secrets);
  totals.dollarsMonthly = cents.now / 100;
  totals.dollarsMonthlyAfter = cents.after / 100;
  return totals;
}

/** `homing plan`: what would happen to every secret, and what they cost. It changes nothing and reads no value. */
import type { Source } from "../../runtime/model/source";
import { commonPrefix, makeFilter } from "../filter";
import type { FilterOptions } from "../filter";
import { traits, whyOf } from "../forecast";
import { makePlan } from "../plan";
import type { Group, Planned, Totals } from "../plan";
import { counted, tableOf } from "../screen";
import type { Session } from "../session";

export interface PlanCommandOptions extends FilterOptions {
  /** Whether resource policies are read. */
  readonly policies: boolean;
  /** As if the deployment's mode were this one, for all names. */
  readonly as?: "copy" | "move";
  /** A line for each secret. */
  readonly list?: boolean;
}

/** Plans what the filter lets through, with a count on the screen. */
export async function planAll(
  session: Session,
  options: PlanCommandOptions,
  each: (planned: Planned, source: Source) => Promise<void> | void = () => undefined,
): Promise<Totals> {
  const { deployment, home, now, stopped, concurrency } = session;
  const { as } = options;
  const settings = as === undefined ? deployment.settings : { ...deployment.settings, mode: as, modeRules: [] };
  const filter = makeFilter(options, now());
  const progress = session.progress({ what: "secrets looked at" });
  let looked = 0;
  try {
    return await makePlan(
      {
        list: session.listing(commonPrefix(options.name ?? [], settings.namePrefix)),
        home: (path) => home.metadata(path),
        isReadByService: options.policies ? session.isReadByService : () => Promise.resolve(false),
        now,
      },
      { settings, filter, atOnce: concurrency, stopped },
      async (planned, source) => {
        looked += 1;
        progress.update(looked);
        await each(planned, source);
      },
    );
  } finally {
    progress.stop();
  }
}

const dollars = (amount: number): string =>
  amount.toLocaleString("en-US", { style: "currency", currency: "USD", minimumFractionDigits: 2 });

const actOf = ({ act, intent }: Pick<Group, "act" | "intent">): string =>
  intent === undefined ? act : `${act} (would ${intent})`;

export function groupsTable(groups: readonly Group[]): string {
  return tableOf(
    ["act", "outcome", "reason", "secrets", "what that means", "for example"],
    groups.map((group) => [
      actOf(group),
      group.outcome ?? "",
      group.reason,
      group.secrets.toLocaleString("en-US"),
      whyOf(group.reason),
      group.examples.join("\n"),
    ]),
  );
}

function summary({ deployment }: Session, totals: Totals): string {
  const present = traits.flatMap((trait) =>
    totals.traits[trait] === undefined ? [] : [`${totals.traits[trait]} ${trait}`],
  );
  const saved = totals.dollarsMonthly - totals.dollarsMonthlyAfter;
  return [
    `${deployment.functionName}, mode ${deployment.settings.mode}: ${counted(totals.secrets, "secret")} of ${counted(totals.listed, "listed one")}`,
    ...(totals.groups.length === 0 ? [] : [groupsTable(totals.groups)]),
    ...(present.length === 0 ? [] : [`Among them: ${present.join(", ")}.`]),
    `They cost ${dollars(totals.dollarsMonthly)} a month in Secrets Manager; the planned moves save ${dollars(saved)} of that.`,
    totals.work === 0
      ? "There is nothing to do."
      : `There is work to do for ${counted(totals.work, "secret")}: homing move does it.`,
  ].join("\n");
}

export const exitOf = (totals: Totals): number => (totals.stopped ? 130 : totals.work === 0 ? 0 : 2);

export async function planCommand(session: Session, options: PlanCommandOptions): Promise<number> {
  const { screen, deployment } = session;
  const totals = await planAll(session, options, async (planned) => {
    await screen.record("secret", planned);
    if (options.list === true) {
      await screen.say(
        `${actOf(planned)}\t${planned.outcome ?? ""}\t${planned.reason}\t${planned.secret}\t${planned.traits.join(",")}`,
      );
    }
  });
  const { functionName, settings } = deployment;
  await screen.say(summary(session, totals));
  await screen.record("summary", {
    command: "plan",
    function: functionName,
    mode: options.as ?? settings.mode,
    ...totals,
  });
  return exitOf(totals);
}

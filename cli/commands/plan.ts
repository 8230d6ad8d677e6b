/** `homing plan`: what would happen to every secret, and what they cost. It changes nothing and reads no value. */
import type { Source } from "../../runtime/model/source";
import { commonPrefix, makeFilter } from "../filter";
import type { FilterOptions } from "../filter";
import { traits } from "../forecast";
import { checkNoMatch, noSecrets } from "../noMatch";
import { makePlan } from "../plan";
import type { Group, Planned, Totals } from "../plan";
import { counted, wrapped } from "../screen";
import { sectionsOf } from "../sections";
import type { Session } from "../session";

export interface PlanCommandOptions extends FilterOptions {
  /** Whether resource policies are read. */
  readonly policies: boolean;
  /** As if the deployment's mode were this one, for all names. */
  readonly as?: "copy" | "move";
  /** A line for each secret. */
  readonly list?: boolean;
}

/**
 * Plans what the filter lets through, with a count on the screen.
 *
 * @throws also where the filter lets nothing through
 */
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
  let totals: Totals;
  try {
    totals = await makePlan(
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
  if (totals.secrets === 0 && !totals.stopped) await checkNoMatch(session, options, totals.listed);
  return totals;
}

const dollars = (amount: number): string =>
  amount.toLocaleString("en-US", { style: "currency", currency: "USD", minimumFractionDigits: 2 });

const actOf = ({ act, intent }: Pick<Group, "act" | "intent">): string =>
  intent === undefined ? act : `${act} (would ${intent})`;

/** Whether the plan is of another mode than `homing move` works in. */
const isSupposed = ({ deployment: { settings } }: Session, { as }: Pick<PlanCommandOptions, "as">): boolean =>
  as !== undefined && (as !== settings.mode || settings.modeRules.length > 0);

function nextOf(session: Session, options: Pick<PlanCommandOptions, "as">, { work, needsPerson }: Totals): string {
  const mode = options.as ?? session.deployment.settings.mode;
  if (work > 0 && isSupposed(session, options)) {
    return `homing move does not do this: it works in the mode that is deployed. Set it first, by pulumi config set homing:mode ${mode} and pulumi up; rules in modeRules come before it.`;
  }
  if (work > 0) return `There is work to do for ${counted(work, "secret")}: homing move does it.`;
  return needsPerson > 0
    ? `The mover can do nothing here; ${counted(needsPerson, "secret needs", "secrets need")} you.`
    : "There is nothing to do.";
}

/** What a plan leaves open that has read no resource policy; a run reads each before it moves the secret. */
export const unreadText = (groups: readonly Group[], policies: boolean): readonly string[] =>
  policies || !groups.some(({ act }) => act === "move")
    ? []
    : [
        "",
        wrapped(
          "A secret stays if its resource policy lets an AWS service read it. The mover reads the policies; this plan has not.",
        ),
      ];

/** The plan as a person reads it, without what comes next. */
export function planText(
  session: Session,
  options: Pick<PlanCommandOptions, "as" | "policies">,
  totals: Totals,
): string {
  const { functionName, settings } = session.deployment;
  const present = traits.flatMap((trait) =>
    totals.traits[trait] === undefined ? [] : [`${totals.traits[trait]} ${trait}`],
  );
  const mode = isSupposed(session, options)
    ? `as if its mode were ${options.as ?? ""}; it is ${settings.mode}`
    : `mode ${settings.mode}`;
  return [
    wrapped(`${functionName}, ${mode}: ${counted(totals.secrets, "secret")} of ${totals.listed} listed`),
    ...sectionsOf(totals.groups, { work: "Would do" }),
    ...unreadText(totals.groups, options.policies),
    "",
    ...(present.length === 0 ? [] : [wrapped(`Among them: ${present.join(", ")}.`)]),
    wrapped(
      `They cost ${dollars(totals.dollarsMonthly)} a month in Secrets Manager, ${dollars(totals.dollarsMonthlyAfter)} after the moves above.`,
    ),
  ].join("\n");
}

export const exitOf = (totals: Totals): number =>
  totals.stopped ? 130 : totals.work === 0 && totals.needsPerson === 0 ? 0 : 2;

export async function planCommand(session: Session, options: PlanCommandOptions): Promise<number> {
  const { screen, deployment } = session;
  const totals = await planAll(session, options, async (planned) => {
    await screen.record("secret", planned);
    if (options.list === true) {
      const { outcome = "", reason, secret, traits: present } = planned;
      await screen.row([actOf(planned), outcome, reason, secret, present.join(",")]);
    }
  });
  const { functionName, settings } = deployment;
  const text =
    totals.secrets === 0 && !totals.stopped
      ? noSecrets(settings)
      : `${planText(session, options, totals)}\n${wrapped(nextOf(session, options, totals))}`;
  await screen.say(text);
  await screen.record("summary", {
    command: "plan",
    function: functionName,
    mode: options.as ?? settings.mode,
    deployedMode: settings.mode,
    ...totals,
  });
  return exitOf(totals);
}

/** How `undo`, `release` and `verify` go through the list of secrets. */
import type { Source } from "../runtime/model/source";
import { makeTaskPool } from "../runtime/sweeper/taskPool";
import { awsFailure, Failure } from "./failure";
import { commonPrefix, makeFilter } from "./filter";
import type { FilterOptions } from "./filter";
import { checkNoMatch } from "./noMatch";
import { counted } from "./screen";
import type { Session } from "./session";

/**
 * Calls a function for every secret that the options name, several at once. When a person stops it, the calls under way
 * end first.
 *
 * @returns how many secrets of the list were looked at
 * @throws the first error, when everything under way has ended; also where the filter lets nothing through
 */
export async function eachSecret(
  session: Pick<Session, "deployment" | "listing" | "progress" | "concurrency" | "now" | "stopped">,
  options: FilterOptions,
  one: (source: Source) => Promise<void>,
): Promise<number> {
  const { deployment, now, stopped, concurrency } = session;
  const filter = makeFilter(options, now());
  const list = session.listing(commonPrefix(options.name ?? [], deployment.settings.namePrefix));
  const progress = session.progress({ what: "secrets looked at" });
  const lane = makeTaskPool(concurrency);
  let looked = 0;
  let isMatched = false;
  try {
    let token: string | undefined;
    do {
      const page = await list(token);
      for (const listed of page.secrets) {
        looked += 1;
        if (stopped()) break;
        if (!filter(listed)) continue;
        isMatched = true;
        await lane.add(() => one(listed.source));
      }
      progress.update(looked);
      token = page.next;
    } while (token !== undefined && !stopped());
  } finally {
    await lane.idle();
    progress.stop();
  }
  lane.check();
  if (!isMatched && !stopped()) await checkNoMatch(session, options, looked);
  return looked;
}

/**
 * Calls a function for each of these, several at once, with the secret as it is by then: a question may have taken its
 * time. What is gone is left out. When a person stops it, the calls under way end first.
 *
 * @throws the first error, when everything under way has ended; a {@link Failure} with exit code 130 where a person
 * stopped it before all had their turn, after `told`, which says what was done
 */
export async function eachOf(
  arns: readonly string[],
  { source, concurrency, stopped }: Pick<Session, "source" | "concurrency" | "stopped">,
  one: (source: Source) => Promise<void>,
  told: () => Promise<void>,
): Promise<void> {
  const lane = makeTaskPool(concurrency);
  let begun = 0;
  try {
    for (const arn of arns) {
      if (stopped()) break;
      begun += 1;
      await lane.add(async () => {
        const found = await source.describe(arn, "describe");
        if (found.is === "refused") {
          throw awsFailure("DescribeSecret", Object.assign(new Error(), { name: "AccessDeniedException" }));
        }
        if (found.is === "found") await one(found.source);
      });
    }
  } finally {
    await lane.idle();
  }
  lane.check();
  await told();
  const left = arns.length - begun;
  if (left === 0) return;
  throw new Failure(
    `Stopped: ${counted(left, "secret is", "secrets are")} left. Run the same command again for ${left === 1 ? "it" : "them"}.`,
    130,
  );
}

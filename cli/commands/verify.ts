/** `homing verify`: every moved or copied secret again, on both sides. */
import { makeLane } from "../../runtime/lane";
import { restoreCauses, reasons } from "../../runtime/outcome";
import { homePath } from "../../runtime/path";
import type { Source } from "../../runtime/source";
import { Failure } from "../failure";
import { commonPrefix, makeFilter } from "../filter";
import type { FilterOptions } from "../filter";
import { counted } from "../screen";
import type { Session } from "../session";
import { verify } from "../verify";
import type { Verified } from "../verify";

const sentences: Readonly<Record<string, string>> = {
  ...reasons,
  ...restoreCauses,
  unequal: "the home holds another value than the secret",
  unreadable: "the home's value can't be read as what its label says",
};

export async function verifyCommand(session: Session, options: FilterOptions): Promise<number> {
  const { deployment, screen, now, stopped, concurrency } = session;
  const { settings } = deployment;
  const filter = makeFilter(options, now());
  const list = session.listing(commonPrefix(options.name ?? [], settings.namePrefix));
  const progress = session.progress({ what: "secrets looked at" });
  const counts: Record<Verified["result"], number> = { moved: 0, equal: 0, newer: 0, wrong: 0, other: 0 };
  const lane = makeLane(concurrency);
  let looked = 0;

  async function one(source: Source): Promise<void> {
    const verified = await verify(source, settings, session);
    counts[verified.result] += 1;
    if (verified.result === "other") return;
    const home = `${settings.mount}/${homePath(settings, source.name)}`;
    const why = verified.result === "wrong" ? { why: sentences[verified.reason] } : {};
    await screen.record("verified", { secret: source.name, arn: source.arn, home, ...verified, ...why });
    if (verified.result === "wrong")
      await screen.say(`wrong: ${source.name}: ${sentences[verified.reason] ?? verified.reason}`);
  }
  try {
    let token: string | undefined;
    do {
      const page = await list(token);
      for (const listed of page.secrets) {
        looked += 1;
        if (stopped()) break;
        if (filter(listed)) await lane.add(() => one(listed.source));
      }
      progress.update(looked);
      token = page.next;
    } while (token !== undefined && !stopped());
  } finally {
    await lane.idle();
    progress.stop();
  }
  lane.check();
  await screen.record("summary", {
    command: "verify",
    function: deployment.functionName,
    looked,
    ...counts,
    stopped: stopped(),
  });
  await screen.say(
    `${counted(counts.moved, "moved secret")} with its home in place, ${counts.newer} with a newer value of a person, ${counts.equal} copied and equal, ${counts.wrong} wrong; ${counts.other} not this mover's yet.`,
  );
  if (stopped()) throw new Failure("Stopped before the end of the list.", 130);
  return counts.wrong === 0 ? 0 : 2;
}

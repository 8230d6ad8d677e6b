/** `homing verify`: checks every moved or copied secret again, on both sides. */
import { restoreCauses, reasons } from "../../runtime/model/outcome";
import { homePath } from "../../runtime/model/path";
import type { Source } from "../../runtime/model/source";
import { eachSecret } from "../eachSecret";
import { Failure } from "../failure";
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
  const { deployment, screen, stopped } = session;
  const { settings } = deployment;
  const counts: Record<Verified["result"], number> = { moved: 0, equal: 0, newer: 0, wrong: 0, other: 0 };

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
  const looked = await eachSecret(session, options, one);
  await screen.record("summary", {
    command: "verify",
    function: deployment.functionName,
    looked,
    ...counts,
    stopped: stopped(),
  });
  await screen.say(
    `${counted(counts.moved, "moved secret")} whose home is in place, ${counts.newer} with a newer value of a person, ${counts.equal} copied and equal, ${counts.wrong} wrong. Not looked into: ${counts.other}, not this mover's or changed since it copied them.`,
  );
  if (stopped()) throw new Failure("Stopped before the end of the list.", 130);
  return counts.wrong === 0 ? 0 : 2;
}

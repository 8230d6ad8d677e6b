/** `homing verify`: checks every moved or copied secret again, on both sides. */
import { restoreCauses, reasons } from "../../runtime/model/outcome";
import { homePath } from "../../runtime/model/path";
import type { Source } from "../../runtime/model/source";
import { eachSecret } from "../eachSecret";
import { Failure } from "../failure";
import type { FilterOptions } from "../filter";
import { counted, wrapped } from "../screen";
import { sectionOf } from "../sections";
import type { Item } from "../sections";
import type { Session } from "../session";
import { verify } from "../verify";
import type { Verified } from "../verify";

const sentences: Readonly<Record<string, string>> = {
  ...reasons,
  ...restoreCauses,
  unequal: "the home holds another value than the secret",
  unreadable: "the home's value can't be read as what its label says",
};

type Counts = Readonly<Record<Verified["result"], number>>;

const item = (secrets: number, label: string, why: string): readonly Item[] =>
  secrets === 0 ? [] : [{ secrets, label, why, examples: [] }];

/** How many secrets are as they should be, and how many are not; the names of those stand above, a line each. */
function summaryText(functionName: string, counts: Counts, causes: Readonly<Record<string, number>>): string {
  const { moved, newer, equal, wrong, other } = counts;
  const secrets = moved + newer + equal + wrong + other;
  return [
    wrapped(`${functionName}: ${counted(secrets, "secret")}`),
    ...sectionOf(
      "Wrong",
      Object.entries(causes).flatMap(([reason, number]) => item(number, reason, sentences[reason] ?? reason)),
    ),
    ...sectionOf("As it should be", [
      ...item(moved, "moved", "its home is there and readable"),
      ...item(newer, "moved", "a person has written a newer value in Vault"),
      ...item(equal, "copied", "both sides hold the same value"),
    ]),
    ...sectionOf(
      "Not compared",
      item(other, "others", `not this mover's, or changed since it copied ${other === 1 ? "it" : "them"}`),
    ),
    ...(wrong > 0 || secrets === other ? [] : ["", "Nothing that was compared is wrong."]),
  ].join("\n");
}

export async function verifyCommand(session: Session, options: FilterOptions): Promise<number> {
  const { deployment, screen, stopped } = session;
  const { settings } = deployment;
  const counts: Record<Verified["result"], number> = { moved: 0, equal: 0, newer: 0, wrong: 0, other: 0 };

  const causes: Record<string, number> = {};

  async function one(source: Source): Promise<void> {
    const verified = await verify(source, settings, session);
    counts[verified.result] += 1;
    if (verified.result === "other") return;
    if (verified.result === "wrong") causes[verified.reason] = (causes[verified.reason] ?? 0) + 1;
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
  await screen.say(summaryText(deployment.functionName, counts, causes));
  if (stopped()) throw new Failure("Stopped before the end of the list.", 130);
  return counts.wrong === 0 ? 0 : 2;
}

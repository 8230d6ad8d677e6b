/** Judges the runs by what the function printed about them. */
import type { Outcome } from "../../../runtime/model/outcome";
import { webIdentityToken } from "../../bundle/support/fakeAws";
import { leaks } from "../../bundle/support/leaks";
import type { CallName } from "./calls";
import type { End } from "./deliveries";
import { endAfter, endOf, isRepeated, mayEndEarly } from "./expectedEnds";
import { canary, refusalOf } from "./faultTable";
import type { Run, Theatre, Trap } from "./theatre";

/** What the function printed about one secret. */
interface Told {
  readonly outcomes: readonly Pick<Outcome, "outcome" | "reason">[];
  /** Codes of the errors for which its message went back to the queue. */
  readonly retries: readonly string[];
}

export function tellings(output: string): (run: Run) => Told {
  const bySecret = new Map<string, Record<string, unknown>[]>();
  for (const line of output.split("\n").filter((text) => text.startsWith("{"))) {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    const secret = String(parsed["secret"]);
    bySecret.set(secret, [...(bySecret.get(secret) ?? []), parsed]);
  }
  return ({ subject }) => {
    const lines = bySecret.get(subject.secret.arn) ?? [];
    return {
      outcomes: lines.filter((line) => "outcome" in line) as unknown as Told["outcomes"],
      retries: lines.filter((line) => "code" in line).map((line) => String(line["code"])),
    };
  };
}

/** Calls after the source is deleted: a refusal there finds it scheduled. */
const afterDelete: readonly CallName[] = ["mark-deleted", "look-home", "look-source", "restore"];

/** What is wrong with how a run went, apart from its end. */
function judgeTelling({ run, messages, longestRest, refusedScheduled }: End, told: Told, trap: Trap): string[] {
  const { call, fault } = trap;
  const wrong: string[] = [];
  const reason = refusalOf(call, fault, run.scenario.name);
  const refused = told.outcomes.filter(({ outcome }) => !["moved", "unchanged", "deferred"].includes(outcome));
  const said = refused.map((one) => `${one.outcome}: ${one.reason}`).join(", ");
  if (reason === undefined) {
    if (messages > 1 && !mayEndEarly(run.scenario.name, trap)) wrong.push(`its message ended too early (${said})`);
  } else {
    if (!refused.some((one) => one.reason === reason)) wrong.push(`it was not refused as ${reason} (${said})`);
    if (refusedScheduled && !afterDelete.includes(call)) wrong.push("it was refused and yet its source was deleted");
  }
  const way = fault.code;
  if (reason === undefined && way !== undefined && isRepeated(trap) === "no") {
    if (!told.retries.includes(way)) wrong.push(`it was not retried as ${way} (${told.retries.join(", ")})`);
  }
  if (fault.asks !== undefined && longestRest < fault.asks) wrong.push("it came again sooner than the server asked");
  const mayStayRefused = reason !== undefined && messages === 1;
  if (
    run.scenario.keepsHome &&
    !mayStayRefused &&
    !["moved", "unchanged"].includes(told.outcomes.at(-1)?.outcome ?? "")
  ) {
    wrong.push(`its last outcome is ${told.outcomes.at(-1)?.outcome ?? "none"}`);
  }
  return wrong;
}

/** All that is wrong with the runs, each with the combination's name. */
export function judge(ends: readonly End[], output: string): string[] {
  const telling = tellings(output);
  return ends.flatMap((end) => {
    const [trap] = end.run.traps;
    const told = telling(end.run);
    const { stop, scenario } = end.run;
    const expected = trap === undefined ? undefined : endOf(scenario.name, trap);
    const planned = stop === undefined ? expected : endAfter({ scenario: scenario.name, ...stop });
    const must = scenario.endsUndone === true ? "undone" : planned;
    const wrong = [
      ...end.problems,
      ...(must === "either" || end.end === (must ?? "moved") ? [] : [`it ended ${end.end}`]),
      ...(end.end === "moved" || told.outcomes.some(({ reason }) => reason === "undone")
        ? []
        : ["its undo set off no alarm"]),
      ...(trap === undefined ? [] : judgeTelling(end, told, trap)),
      ...(trap !== undefined && !end.run.met.has(trap) ? ["its call never came"] : []),
    ];
    return wrong.map((text) => `${end.run.name}: ${text}`);
  });
}

/** Forms in which a value or credential stands in what the function printed or sent to a queue. */
export function leaked(output: string, theatre: Theatre): readonly string[] {
  const { environment, aws } = theatre.stage;
  const messages = JSON.stringify(aws.calls.filter(({ service }) => service === "sqs").map(({ input }) => input));
  const secrets: Readonly<Record<string, string>> = {
    "a value": canary,
    "a web identity token": webIdentityToken,
    "a Vault token": "hvs.token-of-login-",
    "the role's key": environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    "the role's session": environment["AWS_SESSION_TOKEN"] ?? "",
  };
  return Object.entries(secrets).flatMap(([name, secret]) =>
    leaks(`${output}\n${messages}`, secret).map((form) => `${name} as ${form}`),
  );
}

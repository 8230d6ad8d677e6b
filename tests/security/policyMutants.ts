/** Policies with one thing weakened, widened or gone: what a table of requests has to notice. */
import type { Conditions, Statement } from "./iamEvaluator";

export interface Mutant {
  readonly what: string;
  readonly policy: readonly Statement[];
}

/** What a statement becomes: nothing, or another one. */
interface Change {
  readonly what: string;
  readonly to: readonly Statement[];
}

const without = <T>(object: Readonly<Record<string, T>>, key: string): Record<string, T> =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

const listOf = (value: string | readonly string[]): readonly string[] => (typeof value === "string" ? [value] : value);

/** Each key of each operator with its wanted values. */
const testsOf = (conditions: Conditions) =>
  Object.entries(conditions).flatMap(([operator, operands]) =>
    Object.entries(operands).map(([key, wanted]) => ({ operator, operands, key, wanted: listOf(wanted) })),
  );

function conditionChanges(statement: Statement): readonly Change[] {
  const { Condition = {} } = statement;
  const to = (conditions: Conditions): readonly Statement[] => [{ ...statement, Condition: conditions }];
  return testsOf(Condition).flatMap(({ operator, operands, key, wanted }) => {
    const left = without(operands, key);
    const others = { ...without(Condition, operator), ...(Object.keys(left).length > 0 ? { [operator]: left } : {}) };
    const gone: Change = { what: `without ${operator} ${key}`, to: to(others) };
    const fewer = wanted.map((value): Change => {
      const rest = wanted.filter((other) => other !== value);
      return {
        what: `without the value ${value} of ${key}`,
        to: to({ ...Condition, [operator]: { ...operands, [key]: rest } }),
      };
    });
    // A negated operator holds for an absent key anyway, and Null and the set operators have their own rule for it.
    const lenient: Change = {
      what: `${operator}IfExists ${key}`,
      to: to({ ...without(Condition, operator), [`${operator}IfExists`]: operands }),
    };
    const plain = !/^(Null|For)|Not|IfExists$/.test(operator);
    return [gone, ...(wanted.length > 1 ? fewer : []), ...(plain ? [lenient] : [])];
  });
}

const forAnybody = ({ Effect, Action, Resource, Condition }: Statement): Statement => ({
  Effect,
  Action,
  ...(Resource === undefined ? {} : { Resource }),
  ...(Condition === undefined ? {} : { Condition }),
});

function changes(statement: Statement): readonly Change[] {
  const { Effect, Action, Resource, Principal } = statement;
  const allows = Effect === "Allow";
  const everyAction = [...new Set(Action.map((action) => `${action.split(":", 1)[0] ?? ""}:*`))];
  return [
    { what: "gone", to: [] },
    ...(Action.length > 1
      ? Action.map((action) => ({
          what: `without ${action}`,
          to: [{ ...statement, Action: Action.filter((other) => other !== action) }],
        }))
      : []),
    ...(allows ? [{ what: "with every action of its service", to: [{ ...statement, Action: everyAction }] }] : []),
    ...(allows && Resource !== undefined && !Resource.includes("*")
      ? [{ what: "on every resource", to: [{ ...statement, Resource: ["*"] }] }]
      : []),
    ...(Principal === undefined ? [] : [{ what: "for anybody", to: [forAnybody(statement)] }]),
    ...conditionChanges(statement),
  ];
}

/** Every policy that differs from this one in one part. */
export const mutantsOf = (policy: readonly Statement[]): readonly Mutant[] =>
  policy.flatMap((statement, index) =>
    changes(statement).map(({ what, to }) => ({
      what: `${statement.Effect} ${statement.Action.join()} ${what}`,
      policy: [...policy.slice(0, index), ...to, ...policy.slice(index + 1)],
    })),
  );

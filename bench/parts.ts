/** All parts, in the order of RESULTS.md. */
import { archive } from "./parts/archive";
import { backfill } from "./parts/backfill";
import { coldStart } from "./parts/coldStart";
import { cost } from "./parts/cost";
import { deployment } from "./parts/deployment";
import type { Part } from "./parts/part";
import { plan } from "./parts/plan";
import { script } from "./parts/script";
import { sweep } from "./parts/sweep";
import { warmMove } from "./parts/warmMove";

const parts: readonly Part[] = [warmMove, backfill, script, sweep, plan, coldStart, archive, deployment, cost];

/** @throws when there is no part of such a name; none named: all of them */
export function partsNamed(names: readonly string[]): readonly Part[] {
  const known = parts.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(", ")}: there are ${known.join(", ")}`);
  return names.length === 0 ? parts : parts.filter(({ name }) => names.includes(name));
}

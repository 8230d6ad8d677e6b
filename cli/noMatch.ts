/** A filter that lets nothing through is a typing error far more often than it is a wish. */
import { Failure } from "./failure";
import type { FilterOptions } from "./filter";
import type { Session } from "./session";

/** The filter as it was typed; empty without one. */
function typedFilter({ name = [], tag = [], olderThan, newerThan }: FilterOptions): string {
  return [
    ...name.map((pattern) => `--name '${pattern}'`),
    ...tag.map((one) => `--tag '${one}'`),
    ...(olderThan === undefined ? [] : [`--older-than ${olderThan}`]),
    ...(newerThan === undefined ? [] : [`--newer-than ${newerThan}`]),
  ].join(" ");
}

/** What there is where no secret is. */
export const noSecrets = ({ region, namePrefix }: { readonly region: string; readonly namePrefix: string }): string =>
  `There are no secrets in ${region}${namePrefix === "" ? "" : ` whose name starts with ${namePrefix}`}.`;

/**
 * Called where the filter let nothing through.
 *
 * @param listed how many secrets the list had
 * @throws a {@link Failure} where there is a filter, and any secret that it could have let through
 */
export async function checkNoMatch(
  { listing, deployment: { settings } }: Pick<Session, "listing" | "deployment">,
  options: FilterOptions,
  listed: number,
): Promise<void> {
  const filter = typedFilter(options);
  if (filter === "") return;
  if (listed === 0) {
    // The server has left out by the name's beginning what the filter would have.
    const { secrets, next } = await listing(settings.namePrefix)(undefined);
    if (secrets.length === 0 && next === undefined) return;
  }
  throw new Failure(`No secret matches ${filter}. One that is new may take five minutes to be listed.`);
}

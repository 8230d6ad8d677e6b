/** What a rotator does in Vault, as far as others see it. */
import { pendingPath } from "../../runtime/model/path";
import { moverSettings } from "./builders";
import { writeByPerson } from "./fakeHome";
import { pathOf } from "./world";
import type { World } from "./world";

/** The rotator's entity. */
export const rotator = "the-rotator-of-this-secret";

/** Where the rotation of a secret is kept. */
export const recordOf = (name: string): string => pendingPath(moverSettings(), name);

/** One rotation: the record, the home, and the record again. */
export function rotateHome({ home, time }: World, name: string, number = 1, by = rotator): void {
  writeByPerson(home, recordOf(name), '{"is":"pending"}', time, by);
  writeByPerson(home, pathOf(name), `{"rotated":${number.toString()}}`, time, by);
  writeByPerson(home, recordOf(name), '{"is":"retiring"}', time, by);
}

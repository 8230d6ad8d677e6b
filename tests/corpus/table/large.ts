/** JSON objects at the limit of a secret's size, also of what Vault makes six times as long. */
import { fields, impossible } from "./row";
import type { ValueRow } from "./row";

const most = 65_536;
/** `{"a":"…"}` of exactly so many bytes, of a one-byte character. */
const filled = (character: string, size: number): string => `{"a":"${character.repeat(size - '{"a":""}'.length)}"}`;

export const largeRows: readonly ValueRow[] = [
  fields("an object of 64 KiB", filled("x", most)),
  fields("an object of 64 KiB of <", filled("<", most), filled("<", most).replaceAll("<", "\\u003c")),
  fields("an object of 64 KiB of &", filled("&", most), filled("&", most).replaceAll("&", "\\u0026")),
  fields("64 KiB of quotes within", `{"a":"${'\\"'.repeat(32_764)}"}`),
  fields(
    "an array of 899 markup strings",
    `{"a":[${Array.from({ length: 899 }, () => '"<&>"').join(",")}]}`,
    `{"a":[${Array.from({ length: 899 }, () => '"\\u003c\\u0026\\u003e"').join(",")}]}`,
  ),
  impossible("an object of 64 KiB and one byte", filled("x", most + 1), "ValidationException"),
];

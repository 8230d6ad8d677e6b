import { homePath } from "../../runtime/model/path";
import type { PathSettings } from "../../runtime/model/path";

/** Characters of a secret's name in Secrets Manager, but for `!`, which only AWS services use. */
const segmentForm = /^[A-Za-z0-9_+=.@-]+$/;
/** Names have up to 512 characters, and something has to follow the prefix. */
const maxLength = 500;

/**
 * What is wrong with a prefix of secrets' names; undefined for one that is right. It consists of whole segments, since
 * `pay/*` must not be `payroll`; a leading slash is part of many names. In a Vault policy `+` as a segment stands for
 * any.
 */
export function prefixFault(prefix: string): string | undefined {
  if (prefix === "") return "is empty, which would be every secret of the mover";
  if (prefix.length > maxLength) return `is longer than ${maxLength} characters`;
  const parts = (prefix.startsWith("/") ? prefix.slice(1) : prefix).split("/");
  if (parts.some((part) => part === "")) return "has an empty segment: write it as in payments or /prod/payments";
  if (parts.includes("+")) return "has the segment +, which stands for any segment in a Vault policy";
  if (!parts.every((part) => segmentForm.test(part))) return "has characters other than letters, digits and /_+=.@-";
  return undefined;
}

/** Whether a secret's name can be below both. */
export const overlaps = (one: string, other: string): boolean =>
  `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);

/** The folder of the homes of the secrets below a prefix, as their names are encoded there. */
export function homeFolder(settings: PathSettings, prefix: string): string {
  const someName = "name";
  return homePath(settings, `${prefix}/${someName}`).slice(0, -`/${someName}`.length);
}

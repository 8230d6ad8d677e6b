/** One read of a home by a program that is not the mover. */
import { cutData } from "../model/value";
import { retryableError } from "../shared/errors";
import { membersOf } from "../shared/members";
import type { Kv } from "../vault/kv";
import { answerError, isNeverWritten, readJson } from "../vault/vaultErrors";
import type { Stored } from "./readSecret";

/**
 * Reads the current version with the entry's labels. Vault's answer to a read of the data holds both, so one request
 * shows them as they were at the same moment, and the reader needs no right to read the metadata.
 */
export async function loadStored({ send, url }: Kv, path: string): Promise<Stored> {
  const step = "read-home";
  const answer = await send({ step, method: "GET", path: url("data", path) });
  if (isNeverWritten(answer)) return { is: "absent" };
  if (answer.status !== 200 && answer.status !== 404) throw answerError(step, answer);
  // A deleted version is a 404 with the version's metadata. A 404 without it says nothing about a secret.
  const parsed = answer.text === "" ? {} : readJson(step, answer.text);
  const { version, created_time, deletion_time, custom_metadata } = membersOf(
    membersOf(membersOf(parsed)["data"])["metadata"],
  );
  if (answer.status === 404) {
    if (typeof version !== "number") throw answerError(step, answer);
    return { is: "deleted" };
  }
  const createdTime = Date.parse(typeof created_time === "string" ? created_time : "");
  const data = cutData(answer.text);
  if (typeof version !== "number" || Number.isNaN(createdTime) || data === undefined) {
    throw retryableError("vault-answer-unreadable", step, "Vault's answer has an unknown form");
  }
  const expiryTime = Date.parse(typeof deletion_time === "string" ? deletion_time : "");
  const labels = Object.entries(membersOf(custom_metadata)).map(([key, value]) => [key, String(value)]);
  return {
    is: "version",
    stored: {
      version,
      createdTime,
      ...(Number.isNaN(expiryTime) ? {} : { expiryTime }),
      labels: Object.fromEntries(labels) as Readonly<Record<string, string>>,
      data,
    },
  };
}

/** Homes as Vault answers them, byte for byte. */
import type { System } from "../../local/system";
import { urlPath } from "../../runtime/model/path";

/**
 * The bytes of Vault's answer to a read; undefined when there is no such path.
 *
 * @param version default: the current one
 */
export async function rawAnswer(system: System, path: string, version = 0): Promise<Buffer | undefined> {
  const response = await fetch(`${system.vaultAddress}/v1/${system.mount}/data/${urlPath(path)}?version=${version}`, {
    headers: { "x-vault-token": system.vaultToken },
    redirect: "manual",
    signal: AbortSignal.timeout(30_000),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw new Error(`Vault answered with ${response.status}`);
  return bytes;
}

const before = Buffer.from('"data":{"data":');
const behind = Buffer.from(',"metadata":{"created_time":"');

/** The bytes of the data in such an answer, found by what Vault prints around them and by nothing within. */
export function rawData(answer: Buffer): Buffer {
  const start = answer.indexOf(before);
  const end = answer.lastIndexOf(behind);
  if (start < 0 || end < start) throw new Error("Vault's answer has not its usual form");
  return answer.subarray(start + before.length, end);
}

import { until } from "../resourceType";
import { text } from "../values";
import type { VaultClient } from "./client";

const remountSeconds = 60;

/**
 * Moves a mount with all that is in it to another path and waits until it is there.
 *
 * @param from path of the mount; that of an auth method begins with `auth/`
 */
export async function remount(client: VaultClient, from: string, to: string): Promise<void> {
  const id = text(await client.write("sys/remount", { from, to }), "migration_id");
  await until(`${from} is to move to ${to}`, remountSeconds, async () => {
    const { migration_info: told } = (await client.read(`sys/remount/status/${id}`)) ?? {};
    const { status } = (told ?? {}) as { readonly status?: unknown };
    if (status === "failure") throw new Error(`${from} could not be moved to ${to}`);
    return status === "success" ? true : undefined;
  });
}

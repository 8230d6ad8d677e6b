import * as assert from "node:assert/strict";

import type { Homes } from "./vaultApi";

/**
 * Fails when a home is empty or any of its versions holds another value. There may be several: an event can come twice,
 * and two movers can write its value at once.
 */
export async function holdsOnly(homes: Homes, path: string, data: unknown): Promise<void> {
  const metadata = await homes.metadata(path);
  assert.ok(metadata, `${path} was written`);
  for (let version = 1; version <= metadata.current_version; version += 1) {
    assert.deepEqual(await homes.read(path, version), { version, data });
  }
}

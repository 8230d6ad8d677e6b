/** The callbacks of examples/rotation-single-key on a real server. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { randomBytes } from "node:crypto";

import type { RotationCallbacks } from "../../runtime/rotator/callbacks";
import { startApiOfOneKey } from "../support/apiOfOneKey";
import type { ApiOfKeys } from "../support/apiOfKeys";
import { exampleRotation } from "../support/exampleCallbacks";
import { sharingExample } from "../support/exampleFolder";
import type { ExampleFolder } from "../support/exampleFolder";

const { signal } = new AbortController();
const keyOf = (value = randomBytes(32).toString("hex")) => ({ value });

describe("a rotator of an API with a single key", () => {
  let api: ApiOfKeys;
  let callbacks: RotationCallbacks;
  const first = keyOf();
  let example: ExampleFolder;
  before(() => {
    example = sharingExample("rotation-single-key");
  });
  after(() => {
    example.remove();
  });
  beforeEach(async () => {
    api = await startApiOfOneKey(first.value);
    const rotation = await exampleRotation(example.folder, {
      moverStack: "acme/homing/prod",
      secretName: "payments/api-key",
      overlapSeconds: "3600",
      apiAddress: api.address,
    });
    callbacks = rotation.callbacks;
    Object.assign(process.env, rotation.environment);
  });
  afterEach(() => api.stop());

  it("gives the API a new key, from which moment the former is dead, and does so again", async () => {
    const pending = await callbacks.create({ current: { ...first, note: "kept" }, signal });
    equal(pending["note"], "kept");
    equal(await callbacks.test({ pending, signal }), false);
    equal(await callbacks.set({ current: first, previous: undefined, pending, signal }), "set");
    equal(await callbacks.set({ current: first, previous: undefined, pending, signal }), "set", "by the new one");
    deepEqual(
      [await callbacks.test({ pending, signal }), await callbacks.test({ pending: first, signal })],
      [true, false],
    );
    equal(callbacks.retire, undefined);
  });

  it("reaches one that is still at the key before, and gives up where it knows none", async () => {
    const [current, pending] = [keyOf(), keyOf()];
    await rejects(callbacks.set({ current, previous: undefined, pending, signal }), /none of the keys/);
    equal(await callbacks.set({ current, previous: first, pending, signal }), "set");
    deepEqual(api.keys(), [pending.value]);
  });

  it("tells a key that the API refuses from a failure", async () => {
    equal(await callbacks.set({ current: first, previous: undefined, pending: keyOf("short"), signal }), "refused");
    await api.stop();
    await rejects(callbacks.set({ current: first, previous: undefined, pending: keyOf(), signal }), /fetch failed/);
    await rejects(async () => callbacks.test({ pending: first, signal }), /fetch failed/);
    ok(api.keys().includes(first.value));
  });
});

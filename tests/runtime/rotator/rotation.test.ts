import { deepEqual, equal } from "node:assert/strict";

import { pendingPath } from "../../../runtime/model/path";
import { readRotation, sameValue, unrotated, writeRotation } from "../../../runtime/rotator/rotation";
import type { Rotation } from "../../../runtime/rotator/rotation";

const common = {
  ...unrotated,
  rotatedAt: 1,
  wantedAt: 2,
  tries: 3,
  claimedAt: 4,
  notBefore: 5,
  previous: '{"key":"0"}',
};
const rotations: readonly Rotation[] = [
  unrotated,
  common,
  {
    ...common,
    is: "pending",
    base: { version: 3, createdTime: "2026-01-01T00:00:00.000000001Z" },
    current: '{"key":"1"}',
    pending: '{"key":"2"}',
    triesBefore: 1,
    loose: ['{"key":"3"}'],
    refused: ['{"key":"4"}'],
  },
  { ...common, is: "retiring", current: '{"key":"2"}', ending: ['{"key":"1"}'] },
];

describe("a rotation as it is kept in Vault", () => {
  it("is read back as it was written", () => {
    for (const rotation of rotations) deepEqual(readRotation(JSON.parse(writeRotation(rotation))), rotation);
  });

  it("is not read when a member is missing or another, or of a newer format", () => {
    for (const rotation of rotations) {
      const whole = JSON.parse(writeRotation(rotation)) as Record<string, unknown>;
      for (const name of Object.keys(whole)) {
        if (name !== "previous") equal(readRotation({ ...whole, [name]: undefined }), undefined, name);
        equal(readRotation({ ...whole, [name]: name === "format" ? 2 : true }), undefined, name);
      }
    }
    for (const other of [undefined, null, "text", [], {}]) equal(readRotation(other), undefined);
  });

  it("lies where no home and no record can be", () => {
    const place = { account: "111122223333", region: "eu-west-1" };

    equal(pendingPath(place, "payments/api-key"), "~homing/rotation/111122223333/eu-west-1/payments/api-key");
    equal(pendingPath(place, "a/../b"), "~homing/rotation/111122223333/eu-west-1/a/..~/b");
  });

  it("knows a value whose members a server gave in another order", () => {
    equal(sameValue('{"a":1,"b":"x"}', '{"b":"x","a":1}'), true);
    equal(sameValue('{"a":1,"b":"x"}', '{"b":"y","a":1}'), false);
  });
});

import { deepEqual, equal } from "node:assert/strict";

import { awaitsLabel, readSecretValue } from "../../../runtime/reader/secretValue";
import type { StoredVersion } from "../../../runtime/reader/secretValue";
import { startTime, versionLabelText } from "../../support/builders";

const stored = (over: Partial<StoredVersion> = {}): StoredVersion => ({
  version: 3,
  createdTime: startTime,
  labels: {},
  data: '{"value":"x"}',
  ...over,
});
const labelled = (kind: string, data: string): StoredVersion =>
  stored({ data, labels: { v3: versionLabelText(undefined, undefined, kind) } });

describe("a secret as a program gets it", () => {
  it("has the shape of its version's label, and no other", () => {
    deepEqual(readSecretValue(labelled("text", '{"value":"x"}')), { kind: "text", text: "x" });
    deepEqual(readSecretValue(labelled("fields", '{"value":"x"}')), { kind: "fields", fields: { value: "x" } });
    deepEqual(readSecretValue(labelled("binary", '{"value_base64":"AAH/"}')), {
      kind: "binary",
      bytes: Uint8Array.from([0, 1, 255]),
    });
  });

  it("is told apart when somebody wrote it in Vault: another version's label says nothing about it", () => {
    const labels = { v2: versionLabelText(undefined, undefined, "text") };

    deepEqual(readSecretValue(stored({ labels })), { kind: "unlabelled", fields: { value: "x" } });
  });

  it("keeps members that JavaScript objects treat in their own way", () => {
    const value = readSecretValue(labelled("fields", '{"__proto__":{"a":1},"":"empty","n":12.5}'));

    equal(value?.kind, "fields");
    deepEqual(Object.entries(value.fields), [
      ["__proto__", { a: 1 }],
      ["", "empty"],
      ["n", 12.5],
    ]);
  });

  for (const [what, version] of Object.entries({
    "a text whose data has another member": labelled("text", '{"value":"x","more":"y"}'),
    "a text whose data is a number": labelled("text", '{"value":1}'),
    "a binary that is no base64": labelled("binary", '{"value_base64":"%%"}'),
    "fields that are empty": labelled("fields", "{}"),
    "an empty version": stored({ data: "null" }),
    "a label of a newer format": stored({ labels: { v3: "2;AbCdEf;text;id" } }),
  })) {
    it(`can't be read from ${what}`, () => {
      equal(readSecretValue(version), undefined);
    });
  }

  it("is new at each call, so that nobody changes what another one gets", () => {
    const version = labelled("binary", '{"value_base64":"AAH/"}');
    const first = readSecretValue(version);
    if (first?.kind === "binary") first.bytes[0] = 9;

    deepEqual(readSecretValue(version), { kind: "binary", bytes: Uint8Array.from([0, 1, 255]) });
  });

  it("awaits its label for two seconds after its data", () => {
    equal(awaitsLabel(stored(), startTime + 1_999), true);
    equal(awaitsLabel(stored(), startTime + 2_000), false);
    equal(awaitsLabel(labelled("text", '{"value":"x"}'), startTime), false);
  });
});

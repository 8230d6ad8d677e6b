import * as assert from "node:assert/strict";

import { readVersionLabel } from "../../runtime/model/labels";
import { decodeName } from "../../runtime/model/path";
import { readValue } from "../../runtime/model/value";
import { currentData } from "../support/fakeHome";
import { createSecret, isScheduled } from "../support/fakeSource";
import { deliver, labelsOf, makeWorld } from "../support/world";
import { flatten } from "./flatten";
import { corpus } from "./table";

const homeOfTests = "aws/111122223333/eu-west-1/";

describe("the corpus in memory", () => {
  it("names no row twice", () => {
    for (const list of [
      corpus.map(({ name }) => name),
      corpus.flatMap(({ path }) => (path === undefined ? [] : [path])),
    ]) {
      assert.equal(new Set(list).size, list.length);
    }
  });

  for (const { what, name, path, value, becomes } of corpus) {
    if (becomes.is === "impossible") continue;
    const end = becomes.is === "moved" ? becomes.kind : `${becomes.outcome}: ${becomes.reason}`;
    it(`makes ${end} of ${value.type === "binary" ? "bytes" : "a string"}: ${what}`, async () => {
      const world = makeWorld();
      const secret = createSecret(world.source, name, value);

      const outcome = await deliver(world, secret.arn);

      if (becomes.is === "stays") {
        assert.deepEqual([outcome.outcome, outcome.reason], [becomes.outcome, becomes.reason]);
        assert.equal(isScheduled(secret), false);
        assert.deepEqual(world.home.entries, {});
        return;
      }
      assert.deepEqual([outcome.outcome, outcome.reason], ["moved", "proven"]);
      assert.equal(isScheduled(secret), true);
      assert.deepEqual(Object.keys(world.home.entries), [`${homeOfTests}${path ?? ""}`]);
      assert.equal(decodeName(path ?? ""), name);
      const label = readVersionLabel(labelsOf(world, name), 1);
      assert.equal(label.is === "ours" ? label.label.kind : label.is, becomes.kind);
      const restored = readValue(
        currentData(world.home, `${homeOfTests}${path ?? ""}`, world.time) ?? "",
        becomes.kind,
      );
      if (becomes.kind === "fields") {
        assert.ok(restored?.type === "string" && value.type === "string");
        assert.deepEqual(flatten(restored.string), flatten(value.string));
      } else assert.deepEqual(restored, value);
    });
  }
});

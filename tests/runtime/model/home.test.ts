import { deepEqual, equal } from "node:assert/strict";

import { isDeleted, readHome } from "../../../runtime/model/home";
import { homeVersionOf, startTime } from "../../support/builders";

describe("readHome", () => {
  it("reads Vault's metadata", () => {
    deepEqual(
      readHome({
        current_version: 2,
        oldest_version: 1,
        custom_metadata: { v1: "x" },
        versions: {
          "1": { created_time: "t1", deletion_time: "", destroyed: true, created_by: { entity_id: "e", actor: "a" } },
          "2": { created_time: "t2", deletion_time: "d", destroyed: false, created_by: { entity_id: "" } },
        },
      }),
      {
        currentVersion: 2,
        oldestVersion: 1,
        labels: { v1: "x" },
        versions: {
          1: { createdTime: "t1", deletionTime: "", destroyed: true, authorEntityId: "e" },
          2: { createdTime: "t2", deletionTime: "d", destroyed: false, authorEntityId: "" },
        },
      },
    );
  });

  it("leaves the author out where the server does not record it", () => {
    const home = readHome({ current_version: 1, versions: { "1": { created_time: "t" } }, custom_metadata: null });
    equal(home !== undefined && "authorEntityId" in (home.versions[1] ?? {}), false);
    deepEqual(home?.labels, {});
  });

  it("takes an author that it can't read for nobody, not for unknown", () => {
    for (const created_by of [null, "x", 1, {}]) {
      equal(readHome({ current_version: 1, versions: { "1": { created_by } } })?.versions[1]?.authorEntityId, "");
    }
  });

  for (const data of [undefined, null, "x", 1, [], {}, { current_version: "1" }]) {
    it(`does not know ${JSON.stringify(data)}`, () => {
      equal(readHome(data), undefined);
    });
  }
});

describe("isDeleted", () => {
  it("tells an expiry to come from a deletion", () => {
    equal(isDeleted(homeVersionOf(), startTime), false);
    equal(isDeleted(homeVersionOf({ destroyed: true }), startTime), true);
    equal(isDeleted(homeVersionOf({ deletionTime: "2026-03-01T12:00:00.000000001Z" }), startTime), true);
    equal(isDeleted(homeVersionOf({ deletionTime: "2026-03-01T12:00:01Z" }), startTime), false);
  });
});

import { deepEqual, equal } from "node:assert/strict";

import { requestedModes, stayReason } from "../../../runtime/model/exemption";
import { modeFor } from "../../../runtime/mover/facts";
import { moverSettings, sourceOf } from "../../support/builders";

const list = { exemptNames: [], serviceReadNames: [] };

describe("the tag by which a person requests a mode", () => {
  it("counts whatever the case of its key, as IAM reads it", () => {
    for (const key of ["vault-mover-mode", "Vault-Mover-Mode", "VAULT-MOVER-MODE"]) {
      equal(stayReason({ name: "app/db", tags: { [key]: "exempt" } }, list), "exempt", key);
      equal(modeFor(sourceOf({ tags: { [key]: "copy" } }), moverSettings()), "copy", key);
    }
  });

  it("counts at its lowest where it stands in two cases", () => {
    const tags = { "vault-mover-mode": "move", "Vault-Mover-Mode": "audit" };
    equal(modeFor(sourceOf({ tags }), moverSettings()), "audit");
    deepEqual(requestedModes(tags), ["move", "audit"]);
  });

  it("is another tag with another name, and its value is a word as it stands", () => {
    equal(stayReason({ name: "app/db", tags: { "vault-mover-mode2": "exempt" } }, list), undefined);
    equal(stayReason({ name: "app/db", tags: { "vault-mover-mode": "Exempt" } }, list), undefined);
    equal(modeFor(sourceOf({ tags: { "vault-mover-mode": "Exempt" } }), moverSettings()), "audit");
  });
});

import { deepEqual, equal } from "node:assert/strict";

import type { Source } from "../../../runtime/model/source";
import { modeFor } from "../../../runtime/mover/facts";
import { arnOf, homeOf, moverSettings, sourceOf, sourceWithoutValue } from "../../support/builders";
import { decideOn, foreign, stop, write } from "../../support/decisions";
import { replicaIn } from "../../support/fakeSource";
import type { Given } from "../../support/decisions";

describe("who is not moved", () => {
  const named = (name: string, over: Partial<Source> = {}): Source => sourceOf({ name, arn: arnOf(name), ...over });
  const cases: readonly (readonly [string, string, Given])[] = [
    ["exempt by tag", "exempt", { source: sourceOf({ tags: { "vault-mover-mode": "exempt" } }) }],
    ["exempt by name", "exempt", { source: named("legacy/x"), settings: { exemptNames: ["a", "legacy/*"] } }],
    ["outside the prefix", "outside-prefix", { source: named("other/x"), settings: { namePrefix: "app/" } }],
    ["ending in the prefix", "outside-prefix", { source: named("other/app/"), settings: { namePrefix: "app/" } }],
    ["owned by a service", "service-owned", { source: sourceOf({ owningService: "rds" }) }],
    ["named as a service names its own", "service-owned", { source: named("events!connection/x") }],
    ["read by ECR", "service-read", { source: named("ecr-pullthroughcache/docker") }],
    ["read by MSK", "service-read", { source: named("AmazonMSK_cluster") }],
    [
      "read by a service by setting",
      "service-read",
      { source: named("dms/x"), settings: { serviceReadNames: ["dms/*"] } },
    ],
    ["a replica", "replica", { source: sourceOf({ primaryRegion: "us-east-1" }) }],
    ["one end of a replication between accounts", "cross-account", { source: sourceOf({ crossAccount: "primary" }) }],
    [
      "replicated to regions that are named for what was removed before",
      "replicated",
      {
        source: sourceOf({ replicas: [replicaIn("us-east-1")] }),
        settings: { replicas: "skip", replicaRegions: ["us-east-1"] },
      },
    ],
    ["replicated", "replicated", { source: sourceOf({ replicas: [replicaIn("us-east-1")] }) }],
    ["rotating", "rotating", { source: sourceOf({ rotating: true }) }],
    [
      "rotating with a pending version, though it may move",
      "rotating",
      { source: sourceOf({ rotating: true, pending: true, staged: true }), settings: { rotation: "move" } },
    ],
    ["staged", "staged", { source: sourceOf({ staged: true }) }],
    ["staged by AWSPENDING without rotation", "staged", { source: sourceOf({ staged: true, pending: true }) }],
    ["staged before its first value", "staged", { source: sourceWithoutValue({ staged: true }) }],
    ["without a value", "no-value", { source: sourceWithoutValue() }],
  ];
  for (const [what, reason, given] of cases) {
    for (const mode of ["audit", "copy", "move"] as const) {
      it(`skips what is ${what}, in mode ${mode}`, () => {
        deepEqual(decideOn({ ...given, settings: { ...given.settings, mode } }), stop("skipped", reason));
      });
    }
    it(`skips what is ${what}, whatever its home holds`, () => {
      deepEqual(decideOn({ ...given, home: homeOf() }), stop("skipped", reason));
      deepEqual(decideOn({ ...given, home: homeOf(foreign) }), stop("skipped", reason));
    });
  }

  it("moves what is replicated or rotating when the settings say so", () => {
    const settings = { replicas: "remove", replicaRegions: ["us-east-1"] } as const;
    deepEqual(decideOn({ source: sourceOf({ replicas: [replicaIn("us-east-1")] }), settings }), write(0));
    // Each of its regions has to be named, and no key may be a stranger's.
    for (const replicas of [
      [replicaIn("us-east-1"), replicaIn("us-east-2")],
      [replicaIn("us-east-1", { key: "foreign" })],
    ]) {
      deepEqual(decideOn({ source: sourceOf({ replicas }), settings }), stop("skipped", "replicated"));
    }
    deepEqual(decideOn({ source: sourceOf({ rotating: true }), settings: { rotation: "move" } }), write(0));
  });

  it("skips what somebody else scheduled for deletion", () => {
    deepEqual(decideOn({ source: sourceOf({ scheduled: true }) }), stop("skipped", "scheduled-by-others"));
    deepEqual(
      decideOn({ source: sourceOf({ scheduled: true }), home: homeOf() }),
      stop("skipped", "scheduled-by-others"),
    );
  });

  it("looks at names that only resemble those of services", () => {
    for (const name of ["my-ecr-pullthroughcache/x", "amazonmsk_x", "app/AmazonMSK_x"]) {
      equal(decideOn({ source: named(name) }).act, "write");
    }
  });

  for (const id of ["a;b", "a/b", "a b", "a\nb", ""]) {
    it(`refuses the version id ${JSON.stringify(id)} before it is read, written or labelled`, () => {
      deepEqual(decideOn({ source: sourceOf({ currentVersionId: id }) }), stop("refused", "version-id-unsupported"));
    });
  }
});

describe("modes", () => {
  for (const [stack, wish, expected] of [
    ["move", undefined, "move"],
    ["move", "move", "move"],
    ["move", "copy", "copy"],
    ["move", "audit", "audit"],
    ["move", "MOVE", "audit"],
    ["move", "", "audit"],
    ["move", "nonsense", "audit"],
    ["copy", undefined, "copy"],
    ["copy", "move", "copy"],
    ["copy", "audit", "audit"],
    ["audit", undefined, "audit"],
    ["audit", "move", "audit"],
    ["audit", "copy", "audit"],
  ] as const) {
    it(`make ${expected} of stack ${stack} and wish ${wish ?? "none"}`, () => {
      const source = sourceOf(wish === undefined ? {} : { tags: { "vault-mover-mode": wish } });
      equal(modeFor(source, moverSettings({ mode: stack })), expected);
    });
  }

  it("follow the first rule whose pattern matches, which a wish can only lower", () => {
    const modeRules = [
      { pattern: "app/d*", mode: "move" },
      { pattern: "app/*", mode: "copy" },
    ] as const;
    equal(modeFor(sourceOf(), moverSettings({ mode: "audit", modeRules })), "move");
    equal(modeFor(sourceOf({ name: "app/x" }), moverSettings({ mode: "move", modeRules })), "copy");
    equal(modeFor(sourceOf({ name: "x" }), moverSettings({ mode: "audit", modeRules })), "audit");
    const wish = sourceOf({ tags: { "vault-mover-mode": "copy" } });
    equal(modeFor(wish, moverSettings({ mode: "audit", modeRules })), "copy");
    equal(
      modeFor(
        sourceOf({ name: "x", tags: { "vault-mover-mode": "move" } }),
        moverSettings({ mode: "audit", modeRules }),
      ),
      "audit",
    );
  });

  it("audit reports what move would do, and a refusal as it is", () => {
    const settings = { mode: "audit" } as const;
    deepEqual(decideOn({ settings }), { act: "report", intent: "move" });
    deepEqual(decideOn({ settings, home: homeOf() }), { act: "report", intent: "move" });
    deepEqual(
      decideOn({ settings: { ...settings, ownerTags: ["stack"] }, source: sourceOf({ tags: { stack: "x" } }) }),
      {
        act: "report",
        intent: "copy",
      },
    );
    deepEqual(decideOn({ settings, home: homeOf(foreign) }), stop("refused", "home-conflict"));
  });

  it("copy stops before the delete", () => {
    deepEqual(decideOn({ settings: { mode: "copy" } }), write(0, { mode: "copy" }));
  });

  it("copy only what a tool would create again", () => {
    const owned = { mode: "copy", copyOnly: "owned-by-iac" };
    deepEqual(decideOn({ source: sourceOf({ tags: { "aws:cloudformation:stack-id": "x" } }) }), write(0, owned));
    deepEqual(
      decideOn({ source: sourceOf({ tags: { terraform: "" } }), settings: { ownerTags: ["terraform"] } }),
      write(0, owned),
    );
    deepEqual(decideOn({ source: sourceOf({ tags: { terraform: "" } }) }), write(0));
    deepEqual(decideOn({ source: sourceOf({ tags: { "my:aws:cloudformation:x": "" } }) }), write(0));
  });
});

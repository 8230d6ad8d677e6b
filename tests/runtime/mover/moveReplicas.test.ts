/** Replicas: how a move takes them apart, and how they come back wherever it does not end in a deletion. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";

import { readStateTag, stateTag } from "../../../runtime/model/stateTag";
import { retryableError } from "../../../runtime/shared/errors";
import { entityId } from "../../support/builders";
import { deleteMetadata } from "../../support/fakeHome";
import { change, isScheduled, replicaIn, restoreByPerson, stateIn, stateOf } from "../../support/fakeSource";
import type { FakeSecret } from "../../support/fakeSource";
import type { Hook } from "../../support/hook";
import { arn, ends, name, path, recorded, withSecret } from "../../support/moves";
import { atCall, both, crash, deliver, labelsOf, recorder, tryDeliver } from "../../support/world";

const sixMinutes = 6 * 60_000;
const regionsOf = (secret: FakeSecret) => stateOf(secret).replicas.map(({ region, keyId }) => [region, keyId]);

/** Does something right before the second delete, the one that finds no replicas any more. */
function atSecondDelete(act: () => void): Hook {
  let deletes = 0;
  return (call, when) => {
    if (call.name !== "schedule" || when !== "before") return;
    deletes += 1;
    if (deletes === 2) act();
  };
}

describe("replicas", () => {
  const key = "11111111-2222-4333-8444-555555555555";
  const replicas = [replicaIn("us-east-1"), replicaIn("us-west-2", { keyId: key })];
  const both2 = [
    ["us-east-1", undefined],
    ["us-west-2", key],
  ];
  const settings = { replicas: "remove", replicaRegions: ["us-east-1", "us-west-2"] } as const;

  it("are taken apart only once AWS has refused the delete because of them, the tag saying so first", async () => {
    const { world, secret } = withSecret({ replicas });
    const { outcome, names, calls } = await recorded(world, arn, { settings });
    ends(outcome, "moved", "proven");
    const after = names.slice(names.indexOf("source.tag"));
    deepEqual(after, [
      "source.tag",
      "source.schedule",
      "source.describe",
      "source.tag",
      "source.removeReplicas",
      "source.describe",
      "source.tag",
      "source.schedule",
      "home.label",
      "home.metadata",
      "source.describe",
    ]);
    const tags = calls
      .filter((call) => call.name === "tag")
      .map(({ args }) => readStateTag({ [stateTag]: String(args[1]) }));
    deepEqual(
      tags.map((read) => (read.is === "known" ? [read.tag.state, read.tag.replicas.length] : read.is)),
      [
        ["d", 2],
        ["t", 2],
        ["d", 2],
      ],
    );
    deepEqual(stateOf(secret).replicas, []);
  });

  it("stay whole when the delete is refused for any other reason", async () => {
    const { world, secret } = withSecret({ replicas });
    ends(await deliver(world, arn, { settings, source: { owners: [] } }), "refused", "access-denied");
    deepEqual(regionsOf(secret), both2);
    equal(stateIn(secret), "b");
  });

  it("stay whole when somebody adds one between the look and the delete: the tag would not know it", async () => {
    const { world, secret } = withSecret({ replicas });
    const added = [...replicas, replicaIn("eu-central-1")];
    const hook = atCall("source.schedule", "after", () => {
      change(secret, { replicas: added });
    });
    const { outcome, names } = await recorded(world, arn, { settings, hook });
    ends(outcome, "skipped", "replicated");
    ok(!names.includes("source.removeReplicas"));
    deepEqual([stateOf(secret).replicas, stateIn(secret)], [added, "b"]);
  });

  it("stay whole when the tag has no room for their regions, and nothing announces a deletion", async () => {
    const many = Array.from({ length: 12 }, (_, index) => replicaIn(`ap-southeast-${index + 1}`));
    const { world, secret } = withSecret({ replicas: many });
    const replicaRegions = many.map(({ region }) => region);
    ends(await deliver(world, arn, { settings: { ...settings, replicaRegions } }), "refused", "regions-no-room");
    deepEqual([stateOf(secret).replicas, stateIn(secret)], [many, "absent"]);
    deepEqual(Object.keys(labelsOf(world, name)), ["v1"]);
  });

  it("are waited for until DescribeSecret shows none, and only then the delete is sent again", async () => {
    const { world, secret } = withSecret({ replicas });
    let behind = 0;
    const { names, hook } = recorder();
    const late = atCall("source.removeReplicas", "after", () => {
      behind = 3;
    });
    const lag = (): number => {
      behind -= 1;
      return behind >= 0 ? 1 : 0;
    };
    ends(await deliver(world, arn, { settings, hook: both(hook, late), source: { lag } }), "moved", "proven");
    const after = names().slice(names().indexOf("source.removeReplicas") + 1);
    deepEqual(after.slice(0, 6), [...Array<string>(4).fill("source.describe"), "source.tag", "source.schedule"]);
    ok(isScheduled(secret));
  });

  it("are whole when AWS refuses to remove them", async () => {
    const { world, secret } = withSecret({ replicas });
    let before = stateOf(secret);
    const hook = both(
      atCall("source.removeReplicas", "before", () => {
        before = stateOf(secret);
        change(secret, { owningService: "somebody" });
      }),
      atCall("source.removeReplicas", "after", () => {
        secret.history.push(before);
      }),
    );
    ends(await deliver(world, arn, { settings, hook }), "skipped", "service-owned");
    deepEqual([regionsOf(secret), stateIn(secret), isScheduled(secret)], [both2, "u", false]);
  });

  it("come back when the second delete is refused", async () => {
    const { world, secret } = withSecret({ replicas });
    const owners = [entityId];
    const hook = atSecondDelete(() => {
      owners.pop();
    });
    ends(await deliver(world, arn, { settings, hook, source: { owners } }), "refused", "access-denied");
    deepEqual([regionsOf(secret), stateIn(secret), isScheduled(secret)], [both2, "u", false]);
  });

  it("come back when the second delete is throttled, and no tag says before that all is as it was", async () => {
    const { world, secret } = withSecret({ replicas });
    const { calls, hook } = recorder();
    const throttled = atSecondDelete(() => {
      throw retryableError("source-throttled", "delete", "x");
    });
    await rejects(deliver(world, arn, { settings, hook: both(hook, throttled) }), { code: "source-throttled" });
    deepEqual([regionsOf(secret), stateIn(secret), isScheduled(secret)], [both2, "u", false]);
    const tags = calls.filter((call) => call.name === "tag").map(({ args }) => String(args[1]).split("/")[3]);
    deepEqual(tags, ["d", "t", "d", "t", "u"]);
  });

  it("come back later when no time was left for the second delete", async () => {
    const { world, secret } = withSecret({ replicas });
    let tags = 0;
    const hook: Hook = (call, when) => {
      if (call.name !== "tag" || when !== "after") return;
      tags += 1;
      if (tags === 3) world.time += 61_000;
    };
    await rejects(deliver(world, arn, { settings, hook }), { code: "out-of-time" });
    deepEqual([regionsOf(secret), stateIn(secret)], [[], "d"]);
    world.time += sixMinutes;
    ends(await deliver(world, arn, { settings }), "unchanged", "undone");
    deepEqual([regionsOf(secret), stateIn(secret), isScheduled(secret)], [both2, "u", false]);
  });

  it("come back with every restore, and the secret is then only copied", async () => {
    const { world, secret } = withSecret({ replicas });
    let schedules = 0;
    const hook = both((call, when) => {
      if (call.name !== "schedule" || when !== "after") return;
      schedules += 1;
      if (schedules === 2) deleteMetadata(world.home, path);
    });
    const outcome = await deliver(world, arn, { settings, hook });
    ends(outcome, "copied", "undone");
    equal(outcome.restored, "home-gone");
    ok(!isScheduled(secret));
    deepEqual(regionsOf(secret), both2);
    equal(stateIn(secret), "u");
  });

  for (const call of ["source.removeReplicas", "source.replicate"] as const) {
    for (const when of ["before", "after"] as const) {
      it(`come back though a run stopped right ${when} ${call}`, async () => {
        const { world, secret } = withSecret({ replicas });
        let schedules = 0;
        const lose = both((made, moment) => {
          if (made.name !== "schedule" || moment !== "after") return;
          schedules += 1;
          if (schedules === 2) deleteMetadata(world.home, path);
        });
        await tryDeliver(world, arn, { settings, hook: both(lose, atCall(call, when, crash)) });
        world.time += sixMinutes;
        const { outcome } = await deliver(world, arn, { settings });
        deepEqual(
          [outcome === "copied" || outcome === "unchanged", regionsOf(secret), stateIn(secret)],
          [true, both2, "u"],
        );
      });
    }
  }

  it("are waited for until they are in sync, and the tag keeps their regions until then", async () => {
    const { world, secret } = withSecret({ replicas });
    ends(await deliver(world, arn, { settings }), "moved", "proven");
    world.time += sixMinutes;
    restoreByPerson(secret);
    await rejects(deliver(world, arn, { settings, source: { sync: "later" } }), { code: "replicas-missing" });
    equal(stateIn(secret), "t");
    change(secret, { replicas });
    world.time += sixMinutes;
    ends(await deliver(world, arn, { settings }), "unchanged", "undone");
    equal(stateIn(secret), "u");
  });

  it("are made in no region that the setting does not name, whatever a tag says", async () => {
    const { world, secret } = withSecret({ replicas });
    ends(await deliver(world, arn, { settings }), "moved", "proven");
    world.time += sixMinutes;
    restoreByPerson(secret);
    const narrower = { ...settings, replicaRegions: ["us-east-1"] };
    ends(await deliver(world, arn, { settings: narrower }), "refused", "replicas-missing");
    deepEqual(regionsOf(secret), [["us-east-1", undefined]]);
    equal(stateIn(secret), "t", "the other region is not forgotten");
    world.time += sixMinutes;
    ends(await deliver(world, arn, { settings }), "unchanged", "undone");
    deepEqual(regionsOf(secret), both2);
  });
});

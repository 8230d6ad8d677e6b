import { unrotated } from "../../runtime/rotator/rotation";
import type { Rotation } from "../../runtime/rotator/rotation";
import { environmentAt } from "../cli/support/fakeFunction";
import type { Listener } from "../cli/support/fakeFunction";
import { listenAsRotators, rotatorFunction } from "../cli/support/fakeRotator";
import type { RotatorScene } from "../cli/support/fakeRotator";
import { homing, look } from "./support/homing";
import { views } from "./support/kept";
import { enter } from "./support/terminal";

const hour = 3_600_000;
const now = Date.now();
const createdTime = new Date(now - 24 * hour).toISOString();

const retiring: Rotation = {
  ...unrotated,
  is: "retiring",
  rotatedAt: now - hour,
  current: '{"value":"new"}',
  ending: ['{"value":"former"}'],
  notBefore: now + 24 * hour,
};
const stuck: Rotation = {
  ...unrotated,
  is: "pending",
  base: { version: 4, createdTime },
  current: '{"value":"former"}',
  pending: '{"value":"new"}',
  triesBefore: 0,
  rotatedAt: now - 800 * hour,
  wantedAt: now - 2 * hour,
  tries: 4,
  claimedAt: now - 60_000,
};

describe("a screen of homing rotate", function () {
  this.timeout(120_000);
  const scene: RotatorScene = {
    functions: [rotatorFunction()],
    rotation: unrotated,
    home: { is: "home", home: { version: 4, createdTime, data: '{"value":"former"}' } },
    answers: [],
    instead: undefined,
    denied: [],
    events: [],
  };
  let aws: Listener;
  before(async () => {
    aws = await listenAsRotators(scene);
  });
  after(() => {
    aws.close();
  });

  const env = () => ({ PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ...environmentAt(aws) });

  for (const view of views) {
    it(`while the former value lives, ${view}`, async () => {
      scene.rotation = retiring;
      const line = "npx homing rotate payments/api-key";
      await look("rotate-status", view, line, homing(line, env()));
    });

    it(`that needs a person, ${view}`, async () => {
      scene.rotation = stuck;
      const line = "npx homing rotate payments/api-key";
      await look("rotate-stuck", view, line, homing(line, env()));
    });

    it(`--now, ${view}`, async () => {
      scene.rotation = { ...unrotated, rotatedAt: now - 24 * hour };
      scene.answers = [{ outcome: "rotated", reason: "rotated" }];
      const line = `npx homing rotate payments/api-key --now${view === "pipe" ? " --yes" : ""}`;
      await look("rotate", view, line, homing(line, env()), [{ at: "Type yes: ", keys: `yes${enter}` }]);
    });
  }
});

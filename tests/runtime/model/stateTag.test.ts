import { deepEqual, equal, notEqual, ok } from "node:assert/strict";

import { assert, constantFrom, integer, property, record, stringMatching } from "fast-check";

import {
  homeFolder,
  namesProof,
  ownerOf,
  placeOf,
  readStateTag,
  stateTag,
  tagStates,
  timeKey,
  writeStateTag,
} from "../../../runtime/model/stateTag";
import type { StateTag } from "../../../runtime/model/stateTag";
import { moverSettings, versionIdOf } from "../../support/builders";
import { tagOf } from "../../support/decisions";

const read = (text: string) => readStateTag({ [stateTag]: text });
const written = (over: Partial<StateTag> = {}): string => writeStateTag(tagOf(over)) ?? "";

describe("the mover's tag", () => {
  it("has the form that the pages describe", () => {
    const text = written({ taggedAt: Date.parse("2026-03-01T12:00:00.999Z") });
    const time = Math.floor(Date.parse("2026-03-01T12:00:00Z") / 1_000).toString(36);
    equal(text, `1/entity-o/${tagOf().place}/d/AbCdEf/${versionIdOf(1)}/1/${tagOf().created}/${time}/30`);
    ok(text.length <= 100, text.length.toString());
  });

  it("is read as it was written, to the second", () => {
    const states = constantFrom(...tagStates);
    const replicas = constantFrom<StateTag["replicas"]>(
      [],
      [{ region: "us-east-1" }],
      [{ region: "eu-central-1", keyId: "mrk-0123456789abcdef" }, { region: "ap-southeast-2" }],
    );
    assert(
      property(
        record({
          state: states,
          versionId: stringMatching(/^[A-Za-z0-9-]{1,64}$/),
          homeVersion: integer({ min: 1, max: 999_999_999 }),
          taggedAt: integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1_000),
          windowDays: integer({ min: 7, max: 30 }),
          replicas,
        }),
        (over) => {
          const tag = tagOf(over);
          deepEqual(read(writeStateTag(tag) ?? ""), { is: "known", tag });
        },
      ),
    );
  });

  it("holds only characters that AWS allows in a tag", () => {
    const replicas = [{ region: "us-east-1", keyId: "11111111-2222-4333-8444-555555555555" }, { region: "eu-west-2" }];
    ok(/^[A-Za-z0-9 +=._:/@-]{1,256}$/.test(written({ replicas })));
  });

  it("has room for some ten regions on AWS's key, and for two or three on keys of the account", () => {
    const regions = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ region: `ap-southeast-${index + 1}` }));
    ok(writeStateTag(tagOf({ replicas: regions(9) })));
    equal(writeStateTag(tagOf({ replicas: regions(12) })), undefined);
    const keyed = (count: number) =>
      regions(count).map((one) => ({ ...one, keyId: "11111111-2222-4333-8444-555555555555" }));
    ok(writeStateTag(tagOf({ replicas: keyed(2) })));
    equal(writeStateTag(tagOf({ replicas: keyed(4) })), undefined);
  });

  it("has at most 255 characters", () => {
    const ofLength = (length: number) => {
      const fixed = written({ versionId: "v" }).length - 1;
      return writeStateTag(tagOf({ versionId: "v".repeat(length - fixed) }));
    };
    equal(ofLength(255)?.length, 255);
    equal(ofLength(256), undefined);
  });

  it("is absent, or the one word again", () => {
    deepEqual(readStateTag({ team: "x" }), { is: "absent" });
    deepEqual(read("again"), { is: "again" });
    deepEqual(read("Again"), { is: "unknown" });
  });

  it("is unknown wherever it is cut off", () => {
    const text = written();
    // A window of a day's first figure alone, 3, is no window.
    for (let length = 0; length < text.length; length += 1) deepEqual(read(text.slice(0, length)), { is: "unknown" });
  });

  for (const [what, text] of [
    ["a newer format", written().replace(/^1/, "2")],
    ["an unknown state", written().replace("/d/", "/x/")],
    ["the tag of an earlier program", `${versionIdOf(1)}/2026-04-01T00:00:00.000Z`],
    ["a part more", `${written()}/us-east-1/more`],
    ["a region that is none", `${written()}/everywhere`],
    ["a key without a region", `${written()}/=key`],
    ["version 0 of a home", written().replace("/1/", "/0/")],
    ["a window of 31 days", written().replace(/\/30$/, "/31")],
    ["a window of six days", written().replace(/\/30$/, "/6")],
  ] as const) {
    it(`is unknown with ${what}`, () => {
      deepEqual(read(text), { is: "unknown" });
    });
  }
});

describe("what the tag is made of", () => {
  it("tells deployments apart by their entity, and places by namespace, mount and folder", () => {
    equal(ownerOf("0a1b2c3d-4e5f-6789-abcd-ef0123456789"), "0a1b2c3d");
    const place = placeOf(moverSettings());
    ok(/^[0-9a-f]{8}$/.test(place));
    for (const over of [
      { vaultNamespace: "team" },
      { mount: "secrets" },
      { homeTemplate: "other/{account}/{region}/{name}" },
      { account: "444455556666" },
      { region: "us-east-1" },
    ]) {
      notEqual(placeOf(moverSettings(over)), place, JSON.stringify(over));
    }
    equal(placeOf(moverSettings({ mode: "audit", vaultAddress: "https://other.example.com" })), place);
    equal(homeFolder(moverSettings()), "aws/111122223333/eu-west-1");
  });

  it("tells times apart to the nanosecond, and takes equal ones for equal however they are printed", () => {
    equal(timeKey("2026-03-01T11:00:00.5Z"), timeKey("2026-03-01T11:00:00.500000000Z"));
    equal(timeKey("2026-03-01T11:00:00Z"), timeKey("2026-03-01T11:00:00.000Z"));
    notEqual(timeKey("2026-03-01T11:00:00.000000001Z"), timeKey("2026-03-01T11:00:00.000000002Z"));
    equal(timeKey("never"), "");
    equal(timeKey(""), "");
  });

  it("names a proof by version, KV version and time", () => {
    const tag = tagOf();
    const proof = { versionId: versionIdOf(1), homeVersion: 1, createdTime: "2026-03-01T11:00:00.000000001Z" };
    equal(namesProof(tag, proof), true);
    equal(namesProof(tag, { ...proof, versionId: versionIdOf(2) }), false);
    equal(namesProof(tag, { ...proof, homeVersion: 2 }), false);
    equal(namesProof(tag, { ...proof, createdTime: "2026-03-01T11:00:00.000000002Z" }), false);
  });
});

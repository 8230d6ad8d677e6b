import { deepEqual } from "node:assert/strict";

import type { Home } from "../../../runtime/model/home";
import type { HomePort } from "../../../runtime/model/ports";
import { prove } from "../../../runtime/mover/proof";
import type { ProofRequest, Proven } from "../../../runtime/mover/proof";
import { anonymousVersion, homeOf, homeVersionOf, moverSettings, versionIdOf } from "../../support/builders";

type Answer = Awaited<ReturnType<HomePort["read"]>>;

const path = "aws/111122223333/eu-west-1/app/db";
const data = '{"user":"app","port":5432}';
const { createdTime } = homeVersionOf();
const value: Extract<Answer, { is: "value" }> = { is: "value", version: 1, createdTime, deletionTime: "", data };
const older = homeVersionOf({ createdTime: "2026-03-01T10:00:00.000000001Z" });

/** The home holds version 2, which this run wrote over version 1; each test says what is otherwise. */
interface Given {
  readonly answer?: Answer;
  readonly home?: Home;
  readonly claim?: Partial<ProofRequest>;
  readonly settings?: Parameters<typeof moverSettings>[0];
}

const written = homeOf({ currentVersion: 2, versions: { 1: older, 2: homeVersionOf() } });

function proven({ answer = { ...value, version: 2 }, home = written, claim, settings }: Given): Promise<Proven> {
  const unused = (): never => {
    throw new Error("a proof only reads");
  };
  return prove(
    {
      path,
      before: homeOf({ versions: { 1: older } }),
      base: 1,
      homeVersion: 2,
      versionId: versionIdOf(1),
      kind: "fields",
      value: { type: "string", string: data },
      acceptForeign: false,
      ...claim,
    },
    {
      read: () => Promise.resolve(answer),
      metadata: () => Promise.resolve(home),
      write: unused,
      label: unused,
    },
    moverSettings(settings),
  );
}

const current = (over: Parameters<typeof homeVersionOf>[0]): Home =>
  homeOf({ currentVersion: 2, versions: { 1: older, 2: homeVersionOf(over) } });
const refused = (outcome: string, reason: string) => ({ is: "refused", outcome, reason });
const theProof = { homeVersion: 2, createdTime: homeVersionOf().createdTime, versionId: versionIdOf(1) };

describe("the proof of a home", () => {
  it("is none when data and metadata are of two entries, one deleted and the other begun anew in between", async () => {
    const answer = { ...value, version: 2, createdTime: "2026-03-01T09:00:00.000000001Z" };
    deepEqual(await proven({ answer }), { is: "stale" });
  });

  it("is the version, when it was made and of which value", async () => {
    deepEqual(await proven({}), { is: "proven", proof: theProof });
  });

  describe("is none, and the move starts over, when", () => {
    const changed: readonly (readonly [string, Given])[] = [
      ["the version is gone, though the metadata still lists it", { answer: { is: "gone" } }],
      ["the metadata does not list the version", { home: homeOf({ currentVersion: 2, versions: { 1: older } }) }],
      ["the answer is of a newer version", { answer: { ...value, version: 3 } }],
      ["the metadata is of a newer version", { home: { ...written, currentVersion: 3 } }],
    ];
    for (const [what, given] of changed) {
      it(what, async () => {
        deepEqual(await proven(given), { is: "stale" });
      });
    }
  });

  describe("is refused when", () => {
    const expiry = "2026-03-02T12:00:00Z";
    const anew = { 1: homeVersionOf(), 2: homeVersionOf() };
    const cases: readonly (readonly [string, string, string, Given])[] = [
      [
        "the answer says that it expires",
        "refused",
        "home-expires",
        { answer: { ...value, version: 2, deletionTime: expiry } },
      ],
      ["the metadata says that it expires", "refused", "home-expires", { home: current({ deletionTime: expiry }) }],
      ["the version below was made anew", "failed", "home-recreated", { home: { ...written, versions: anew } }],
      [
        "the version below was not there before",
        "failed",
        "home-recreated",
        { claim: { before: homeOf({ versions: {} }) } },
      ],
      ["somebody else wrote it", "failed", "home-recreated", { home: current({ authorEntityId: "somebody" }) }],
      [
        "its value is another",
        "refused",
        "unequal",
        { answer: { ...value, version: 2, data: '{"user":"app","port":5433}' } },
      ],
      ["its value is no JSON", "refused", "unequal", { answer: { ...value, version: 2, data: data.slice(1) } }],
    ];
    for (const [what, outcome, reason, given] of cases) {
      it(what, async () => {
        deepEqual(await proven(given), refused(outcome, reason));
      });
    }
  });

  it("needs no version below when nothing was written over one", async () => {
    const home = homeOf();
    const claim = { before: homeOf({ currentVersion: 0, versions: {} }), base: 0, homeVersion: 1 };

    deepEqual(await proven({ answer: value, home, claim }), { is: "proven", proof: { ...theProof, homeVersion: 1 } });
  });

  it("counts former identities of the mover as its own, and anybody where equal homes are accepted", async () => {
    const home = current({ authorEntityId: "before" });

    deepEqual(await proven({ home, settings: { formerEntityIds: ["before"] } }), { is: "proven", proof: theProof });
    deepEqual(await proven({ home, claim: { acceptForeign: true } }), { is: "proven", proof: theProof });
  });

  it("allows a copy only when the server should name the author and does not", async () => {
    const home = homeOf({ currentVersion: 2, versions: { 1: older, 2: anonymousVersion() } });

    deepEqual(await proven({ home }), { is: "proven", proof: theProof, copyOnly: "author-unknown" });
    deepEqual(await proven({ home, settings: { authorship: "label" } }), { is: "proven", proof: theProof });
    deepEqual(await proven({ home, claim: { acceptForeign: true } }), { is: "proven", proof: theProof });
  });
});

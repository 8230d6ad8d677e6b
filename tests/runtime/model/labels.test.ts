import { deepEqual, equal, ok } from "node:assert/strict";

import { assert, dictionary, property, string } from "fast-check";

import {
  clearedDeletion,
  deletionLabel,
  labelledVersions,
  modeTag,
  readDeletion,
  readVersionLabel,
  tagPatch,
  versionLabelPatch,
} from "../../../runtime/model/labels";
import type { LabelPatch } from "../../../runtime/model/labels";
import { stateTag } from "../../../runtime/model/stateTag";
import { startTime, versionIdOf, versionLabelText } from "../../support/builders";

const label = { suffix: "AbCdEf", kind: "fields", versionId: versionIdOf(1) } as const;
const apply = (labels: Readonly<Record<string, string>>, patch: LabelPatch): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...labels, ...patch }).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
const versionLabels = (from: number, to: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: to - from + 1 }, (_, index) => [`v${(from + index).toString()}`, versionLabelText()]),
  );
const numbered = (count: number, value = "x", prefix = "key"): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index.toString()}`, value]));

describe("the tags of a source", () => {
  it("have the names that people and their policies know", () => {
    deepEqual([stateTag, modeTag], ["vault-mover", "vault-mover-mode"]);
  });
});

describe("a version's label", () => {
  it("is read as it was written", () => {
    const labels = apply({}, versionLabelPatch({}, 0, 3, label));
    deepEqual(labels, { v3: `1;AbCdEf;fields;${versionIdOf(1)}` });
    deepEqual(readVersionLabel(labels, 3), { is: "ours", label });
  });

  for (const kind of ["fields", "text", "binary"] as const) {
    it(`tells the kind ${kind}`, () => {
      const read = readVersionLabel({ v1: versionLabelText(versionIdOf(1), "AbCdEf", kind) }, 1);
      deepEqual(read, { is: "ours", label: { ...label, kind } });
    });
  }

  it("is absent for another version", () => {
    deepEqual(readVersionLabel({ v3: versionLabelText() }, 33), { is: "absent" });
  });

  for (const text of [
    "2;AbCdEf;fields;id",
    "01;AbCdEf;fields;id",
    "1;AbCdEf;fields;id;more",
    "1;AbCdEf;fields",
    "1;AbCdEf;fields;",
    "1;;fields;id",
    "1;AbCdEf;json;id",
    "",
    "somebody's own",
  ]) {
    it(`is unknown when it reads ${JSON.stringify(text)}`, () => {
      deepEqual(readVersionLabel({ v1: text }, 1), { is: "unknown" });
    });
  }

  it("is not mistaken for other keys that start with v", () => {
    deepEqual(
      labelledVersions({ v10: "", v9: "", v2: "", v0: "", v01: "", version: "", vault: "", v1x: "", dev1: "" }),
      [10, 9, 2],
    );
  });
});

describe("versionLabelPatch", () => {
  it("adds its own key and touches nothing else", () => {
    deepEqual(versionLabelPatch({ v1: versionLabelText(), "tag.a": "b", deleted: "x", foreign: "y" }, 1, 2, label), {
      v2: `1;AbCdEf;fields;${versionIdOf(1)}`,
    });
  });

  it("removes labels of versions that Vault no longer keeps", () => {
    const patch = versionLabelPatch(versionLabels(1, 11), 3, 12, label);
    deepEqual(
      Object.keys(patch)
        .filter((key) => patch[key] === null)
        .sort(),
      ["v1", "v2"],
    );
  });

  it("keeps the newest 20", () => {
    const labels = apply(versionLabels(1, 40), versionLabelPatch(versionLabels(1, 40), 0, 41, label));
    deepEqual(
      labelledVersions(labels),
      Array.from({ length: 20 }, (_, index) => 41 - index),
    );
  });

  it("keeps the label of the version that it writes, whatever others there are", () => {
    const patch = versionLabelPatch(versionLabels(1, 30), 0, 5, label);
    equal(typeof patch["v5"], "string");
  });
});

describe("the labels of a deletion", () => {
  const told = { suffix: "AbCdEf", versionId: versionIdOf(2), time: startTime };
  const text = `1;AbCdEf;${versionIdOf(2)};2026-03-01T12:00:00.000Z`;

  it("are read as they were written, the one that says more first", () => {
    deepEqual(deletionLabel("deleting", told), { deleting: text });
    deepEqual(readDeletion({ deleting: text }, "AbCdEf"), { is: "announced", label: told });
    deepEqual(readDeletion({ deleting: text, deleted: text }, "AbCdEf"), { is: "deleted", label: told });
  });

  it("say nothing of a secret with another suffix, and nothing where there are none", () => {
    deepEqual(readDeletion({ deleting: text, deleted: text }, "ZyXwVu"), { is: "none" });
    deepEqual(readDeletion({ v1: "x" }, "AbCdEf"), { is: "none" });
    const later = text.replace("AbCdEf", "ZyXwVu");
    deepEqual(readDeletion({ deleting: later, deleted: text }, "ZyXwVu"), {
      is: "announced",
      label: { ...told, suffix: "ZyXwVu" },
    });
  });

  for (const other of [
    "",
    "yes",
    "2;AbCdEf;id;2026-03-01T12:00:00.000Z",
    `${text};more`,
    "1;AbCdEf;id",
    "1;AbCdEf;id;never",
  ]) {
    it(`are unknown when one reads ${JSON.stringify(other)}`, () => {
      deepEqual(readDeletion({ deleted: other }, "AbCdEf"), { is: "unknown" });
    });
  }

  it("are removed only where there are any", () => {
    deepEqual(clearedDeletion({ deleted: "x", v1: "z" }), { deleted: null });
    deepEqual(clearedDeletion({}), {});
  });
});

describe("tagPatch", () => {
  it("copies tags under a name of their own, the mover's state tag excepted", () => {
    deepEqual(tagPatch({}, { team: "db", "vault-mover": "x", "vault-mover-mode": "copy" }), {
      patch: { "tag.team": "db", "tag.vault-mover-mode": "copy" },
      dropped: 0,
    });
  });

  it("writes only what changed", () => {
    deepEqual(tagPatch({ "tag.team": "db", "tag.env": "dev" }, { team: "db", env: "prod" }).patch, {
      "tag.env": "prod",
    });
  });

  for (const [what, key, value] of [
    ["an empty value", "a", ""],
    ["a line break in the value", "a", "x\ny"],
    ["a line break in the key", "a\nb", "x"],
    ["a tab", "a", "x\ty"],
    ["a no-break space", "a", "x\u00a0y"],
    ["a line separator", "a", "x\u2028y"],
    ["a NUL", "a", "\u0000"],
    ["a zero-width space", "a", "x\u200by"],
    ["a lone surrogate", "a", "\ud800"],
    ["a value of 513 bytes", "a", "x".repeat(513)],
    ["a value of 256 characters in 768 bytes", "a", "\u20ac".repeat(256)],
    ["a key of 129 bytes with its prefix", "k".repeat(125), "x"],
    ["a key of 125 characters in more bytes", "\u00e4".repeat(63), "x"],
  ] as const) {
    it(`drops and counts ${what}, and keeps the rest`, () => {
      deepEqual(tagPatch({}, { good: "1", [key]: value, other: "2" }), {
        patch: { "tag.good": "1", "tag.other": "2" },
        dropped: 1,
      });
    });
  }

  it("keeps what just fits", () => {
    const tags = { ["k".repeat(124)]: "x".repeat(512), umlaut: "\u00e4\u00f6\u00fc \u20ac" };
    equal(tagPatch({}, tags).dropped, 0);
  });

  it("drops and counts what is beyond Vault's 64 keys, with room for the mover's own labels", () => {
    const { patch, dropped } = tagPatch({}, numbered(50));
    ok(Object.keys(patch).length <= 64 - 20 - 2);
    equal(Object.keys(patch).length + dropped, 50);
  });

  it("does not count tags that are there already as dropped when labels of versions were added since", () => {
    const tags = numbered(40);
    const first = tagPatch({}, tags);
    const later = { ...apply({}, first.patch), ...versionLabels(1, 20), deleting: "x", deleted: "x" };
    deepEqual(tagPatch(later, tags), { patch: {}, dropped: first.dropped });
  });

  it("leaves the mover's labels their room when every tag was replaced by another one", () => {
    let labels: Record<string, string> = {};
    for (const round of [1, 2, 3, 4]) {
      labels = apply(labels, tagPatch(labels, numbered(50, "x", `round${round.toString()}-`)).patch);
    }
    const full = { ...labels, ...versionLabels(1, 20), deleting: "x", deleted: "x" };
    ok(Object.keys(full).length <= 64, `${Object.keys(full).length.toString()} labels`);
  });

  it("never makes a patch that Vault would refuse", () => {
    const bytes = (text: string): number => Buffer.byteLength(text);
    assert(
      property(
        dictionary(string({ unit: "binary", maxLength: 140 }), string({ unit: "binary", maxLength: 300 }), {
          maxKeys: 50,
        }),
        (tags) => {
          const { patch, dropped } = tagPatch({}, tags);
          const entries = Object.entries(patch);
          return (
            entries.length + dropped === Object.keys(tags).length &&
            entries.every(
              ([key, value]) =>
                value !== null &&
                bytes(key) <= 128 &&
                bytes(value) >= 1 &&
                bytes(value) <= 512 &&
                /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(key + value),
            )
          );
        },
      ),
    );
  });
});

import { equal, match } from "node:assert/strict";
import fc from "fast-check";
import { homeFolder, overlaps, prefixFault } from "../../../components/reader/teamPrefix";
import { homePath } from "../../../runtime/model/path";
import { moverStackOf } from "../../support/builders";

describe("a team's prefix", () => {
  it("consists of whole segments", () => {
    for (const right of ["payments", "prod/payments", "/prod/payments", "a.b_c+d=e@f", "a/.."]) {
      equal(prefixFault(right), undefined, right);
    }
    for (const wrong of [
      "",
      "/",
      "a/",
      "a//b",
      "+",
      "a/+/b",
      "a/*",
      "*",
      "a b",
      "~mover",
      "a{{b}}",
      'a"b',
      "a".repeat(501),
    ]) {
      match(prefixFault(wrong) ?? "", /^(is|has) /, wrong);
    }
  });

  it("overlaps itself and what is above or below it, not what only begins alike", () => {
    equal(overlaps("payments", "payments"), true);
    equal(overlaps("payments", "payments/cards"), true);
    equal(overlaps("payments/cards", "payments"), true);
    equal(overlaps("payments", "payroll"), false);
    equal(overlaps("pay", "payments"), false);
    equal(overlaps("/payments", "payments"), false);
  });

  it("has a folder that holds the homes of its secrets and no others", () => {
    const name = fc.string({ unit: fc.constantFrom("a", "b", ".", "/", "+"), minLength: 1, maxLength: 12 });
    const prefix = name.filter((text) => prefixFault(text) === undefined);
    fc.assert(
      fc.property(prefix, name, (one, other) => {
        const mover = moverStackOf();
        const below = homePath(mover, other).startsWith(`${homeFolder(mover, one)}/`);
        equal(below, other.startsWith(`${one}/`));
      }),
    );
  });
});

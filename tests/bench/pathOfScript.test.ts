import { equal } from "node:assert/strict";

import { pathOfScript } from "../../bench/script/run";

describe("where the script's HTTP client puts a secret", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["app/db", "app/db"],
    ["a//b", "a/b"],
    ["/lead", "lead"],
    ["a/../b", "b"],
    ["a/./b", "a/b"],
    ["../../metadata/x", undefined],
    ["a+b=c@d", "a+b=c@d"],
  ];
  for (const [name, path] of cases) {
    it(`is ${path ?? "outside of the mount's data"} for ${name}`, () => {
      equal(pathOfScript("kv", name), path);
    });
  }
});

import { equal, ok } from "node:assert/strict";

import { array, assert, constantFrom, oneof, property, string } from "fast-check";

import { segments } from "../../../components/args/table";
import {
  decodeName,
  encodeName,
  homePath,
  isReaderName,
  isSecretName,
  pendingPath,
  reportPath,
  templateRecordPath,
  urlPath,
} from "../../../runtime/model/path";
import { moverSettings } from "../../support/builders";

const names = string({
  unit: constantFrom(...Array.from("abzAZ09/_+=.@-!"), "/", "/", ".", ".", ".."),
  minLength: 1,
  maxLength: 40,
});
/** Names made mostly of what gets cleaned. */
const nastyNames = array(constantFrom("/", "//", ".", "..", "a", "a.", ".a", "...", "-", "%2e"), {
  minLength: 1,
  maxLength: 8,
}).map((parts) => parts.join("").replaceAll("%2e", "+"));

describe("encodeName", () => {
  for (const [name, path] of [
    ["app/db", "app/db"],
    ["a+b=c@d.e_f-g", "a+b=c@d.e_f-g"],
    [".hidden", ".hidden"],
    ["a/../b", "a/..~/b"],
    ["a/./b", "a/.~/b"],
    ["a//b", "a/~/b"],
    ["/lead", "~/lead"],
    ["trail/", "trail/~"],
    ["/", "~/~"],
    ["..", "..~"],
    ["...", "...~"],
    ["../destroy/x", "..~/destroy/x"],
    ["dot.", "dot.~"],
    ["dot./x", "dot./x"],
    ["a/..b", "a/..b"],
  ] as const) {
    it(`turns ${name} into ${path} and back`, () => {
      equal(encodeName(name), path);
      equal(decodeName(path), name);
    });
  }

  for (const [kind, arbitrary] of [
    ["random", names],
    ["nasty", nastyNames],
  ] as const) {
    it(`is undone by decodeName for ${kind} names, so no two share a home`, () => {
      assert(
        property(arbitrary, (name) => decodeName(encodeName(name)) === name),
        { numRuns: 2_000 },
      );
    });

    it(`leaves no segment of ${kind} names that is empty or dots only, and no dot at the end`, () => {
      assert(
        property(arbitrary, (name) => {
          const path = encodeName(name);
          return path.split("/").every((segment) => !/^\.*$/.test(segment)) && !path.endsWith(".");
        }),
        { numRuns: 2_000 },
      );
    });

    it(`keeps URL parsers from changing ${kind} names`, () => {
      assert(
        property(arbitrary, (name) => {
          const path = `/v1/homing/data/${urlPath(homePath(moverSettings(), name))}`;
          return new URL(path, "https://vault.example.com").pathname === path;
        }),
        { numRuns: 2_000 },
      );
    });
  }
});

describe("homePath", () => {
  it("fills the template in", () => {
    equal(homePath(moverSettings(), "app/db"), "aws/111122223333/eu-west-1/app/db");
  });

  it("takes a template that fixes account and region", () => {
    equal(homePath(moverSettings({ homeTemplate: "aws/prod/{name}" }), "x"), "aws/prod/x");
  });

  it("does not read a replacement pattern in a name", () => {
    equal(homePath(moverSettings({ account: "$&$1" }), "a"), "aws/$&$1/eu-west-1/a");
  });

  describe("beside the record", () => {
    const word = string({ unit: constantFrom(...Array.from("abzAZ09_-")), minLength: 1, maxLength: 8 });
    /** What `homePrefix` can be; the form is looked up in the settings' own table. */
    const prefixes = array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));

    it("is at a path that no setting moves", () => {
      const record = templateRecordPath(moverSettings());

      equal(record, "~homing/111122223333/eu-west-1");
      equal(
        templateRecordPath(moverSettings({ mount: "kv", homePrefix: "team", homeTemplate: "team/{name}" })),
        record,
      );
    });

    it("can't be set to the record's path, and is nowhere above or below it for any name", () => {
      const record = templateRecordPath(moverSettings());
      const near = (path: string): boolean =>
        `${path}/`.startsWith(`${record}/`) || `${record}/`.startsWith(`${path}/`);

      for (const prefix of ["~homing", "a/~homing", record]) equal(segments.test(prefix), false, prefix);
      assert(
        property(prefixes, oneof(names, nastyNames), (homePrefix, name) => {
          const homeTemplate = `${homePrefix}/{account}/{region}/{name}`;
          return segments.test(homePrefix) && !near(homePath(moverSettings({ homePrefix, homeTemplate }), name));
        }),
        { numRuns: 2_000 },
      );
      assert(
        property(oneof(names, nastyNames), (name) => !near(encodeName(name))),
        { numRuns: 2_000 },
      );
    });

    it("has one of its own for each account and region", () => {
      const records = ["111122223333", "111122223334"].flatMap((account) =>
        ["eu-west-1", "eu-west-2"].map((region) => templateRecordPath({ account, region })),
      );

      equal(new Set(records).size, 4);
    });
  });
});

describe("isSecretName", () => {
  for (const name of ["a", "a/b", "../x", "rds!cluster", "x".repeat(512), "a+b=c@d.e_f-g"]) {
    it(`accepts ${name.slice(0, 20)}`, () => {
      ok(isSecretName(name));
    });
  }
  for (const name of ["", "a b", "a~b", "a%2fb", "ü", "a\n", "a?b", "a#b", "a\\b", "{name}", "x".repeat(513)]) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))}`, () => {
      equal(isSecretName(name), false);
    });
  }
});

describe("urlPath", () => {
  it("encodes what would end a path and keeps its slashes", () => {
    equal(urlPath("a b/c?d#e%f/~x"), "a%20b/c%3Fd%23e%25f/~x");
  });
});

describe("a reader's report of a secret", () => {
  const place = { account: "111122223333", region: "eu-west-1" };

  it("lies where no home, no rotation and no record can be, whatever the secret is called", () => {
    equal(
      reportPath(place, "checkout", "payments/api-key"),
      "~homing/read/111122223333/eu-west-1/checkout/payments/api-key",
    );
    assert(
      property(nastyNames, nastyNames, (one, other) => {
        const report = reportPath(place, "checkout", one);
        return report !== pendingPath(place, other) && report !== homePath(moverSettings(place), other);
      }),
    );
    equal(reportPath(place, "checkout", "a/../b"), "~homing/read/111122223333/eu-west-1/checkout/a/..~/b");
  });

  it("has a path of its own for each reader, whose name is one segment of it", () => {
    for (const name of ["checkout", "a", "a-1", "0"]) equal(isReaderName(name), true, name);
    for (const name of ["", "-a", "a-", "A", "a/b", "+", "*", ".", "..", "a~", "a".repeat(65)]) {
      equal(isReaderName(name), false, name);
    }
  });
});

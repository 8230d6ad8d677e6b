import { deepEqual, equal, throws } from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { zipOf } from "../../../local/providers/aws/deploymentPackage";

const key = "4dabf18193072939515e22adb298388d";
const asset = (values: object) => ({ [key]: "c44067f5952c0a294b673a41bacd8c17", ...values });
const archive = (values: object) => ({ [key]: "0def7320c3a5731c473e5ecbe6d01bc7", ...values });

const contentsOf = (zip: Uint8Array) =>
  Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)] as const);

describe("a function's deployment package", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "homing-package-"));
    mkdirSync(join(root, "pkg", "lib"), { recursive: true });
    writeFileSync(join(root, "pkg", "index.js"), "index");
    writeFileSync(join(root, "pkg", "lib", "b.js"), "b");
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it("holds texts, files and folders under their names, sorted", () => {
    const zip = zipOf(
      archive({
        assets: {
          "node_modules/pkg": archive({ path: "pkg" }),
          "one.js": asset({ path: "pkg/index.js" }),
          nested: archive({ assets: { "t.txt": asset({ text: "text é" }) } }),
          "__index.js": asset({ text: "exports.handler = 1;" }),
        },
      }),
      root,
    );

    deepEqual(contentsOf(zip), [
      ["__index.js", "exports.handler = 1;"],
      ["nested/t.txt", "text é"],
      ["node_modules/pkg/index.js", "index"],
      ["node_modules/pkg/lib/b.js", "b"],
      ["one.js", "index"],
    ]);
  });

  it("is the same bytes for the same contents, whatever the files' times and the assets' order", () => {
    const [folder, text] = [archive({ path: "pkg" }), asset({ text: "t" })];
    const before = zipOf(archive({ assets: { folder, text } }), root);
    utimesSync(join(root, "pkg", "index.js"), 1, 1);
    const after = zipOf(archive({ assets: { text, folder } }), root);

    equal(Buffer.compare(before, after), 0);
  });

  it("refuses an asset that it can't read", () => {
    throws(() => zipOf(archive({ assets: { far: asset({ uri: "https://example.com/x" }) } }), root), /asset far/);
    throws(() => zipOf(archive({ assets: { lost: asset({ path: "nowhere.js" }) } }), root), /nowhere\.js/);
  });
});

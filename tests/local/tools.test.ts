import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { withLock } from "../../local/lock";
import { ToolError, installTools } from "../../local/tools";
import { findPulumi, findVault } from "../../local/tools/goTools";
import { nodeObstacle } from "../../local/tools/nodeTool";
import { executablesNamed } from "../../local/tools/onPath";
import { findPythonTool } from "../../local/tools/pythonTools";
import { runStep } from "../../local/tools/step";
import {
  isAtLeast,
  isExactly,
  isSuitablePulumi,
  isSuitableVault,
  nodePackageFor,
  versionIn,
  versions,
} from "../../local/tools/versions";
import type { Version } from "../../local/tools/versions";

describe("versions of tools", () => {
  const texts: readonly (readonly [string, Version | undefined])[] = [
    ["Vault v1.21.2, built 2025-11-22T10:49:51Z (cgo)", [1, 21, 2]],
    ["v3.200.0", [3, 200, 0]],
    ["go version go1.26.8 linux/amd64", [1, 26, 8]],
    ["go version go1.26 linux/amd64", [1, 26, 0]],
    ["Python 3.11.7", [3, 11, 7]],
    ["OpenBao v2.7.2 (9e0a0d3), committed 2026-10-26T20:32:27Z", [2, 7, 2]],
    ["no number here", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of texts) {
    it(`finds ${expected?.join(".") ?? "none"} in "${text}"`, () => {
      deepEqual(versionIn(text), expected);
    });
  }

  it("compares number by number, not as text", () => {
    equal(isAtLeast([1, 9, 0], [1, 21, 0]), false);
    equal(isAtLeast([1, 21, 0], [1, 21, 0]), true);
    equal(isAtLeast([2, 0, 0], [1, 21, 5]), true);
    equal(isAtLeast([1, 21, 4], [1, 21, 5]), false);
  });

  const vaults: readonly (readonly [string, boolean])[] = [
    ["Vault v1.21.0 (abc), built 2025-10-01T00:00:00Z", true],
    ["Vault v1.22.0+ent (abc), built 2026-01-01T00:00:00Z", true],
    ["Vault v2.0.0 (abc)", true],
    ["Vault v1.20.9 (abc), built 2025-10-01T00:00:00Z", false],
    ["OpenBao v2.7.2 (abc)", false],
    ["", false],
  ];
  for (const [answer, expected] of vaults) {
    it(`${expected ? "takes" : "refuses"} the vault that answers "${answer}"`, () => {
      equal(isSuitableVault(answer), expected);
    });
  }

  const engines: readonly (readonly [string, boolean])[] = [
    ["v3.200.0", true],
    ["v3.248.1-alpha.1", true],
    ["v3.199.9", false],
    ["v4.0.0", false],
    ["", false],
  ];
  for (const [answer, expected] of engines) {
    it(`${expected ? "takes" : "refuses"} the pulumi that answers "${answer}"`, () => {
      equal(isSuitablePulumi(answer), expected);
    });
  }

  it("takes its own installation only in the pinned version", () => {
    equal(isExactly(`Vault v${versions.vault}, built today`, versions.vault), true);
    equal(isExactly("Vault v1.21.20", "1.21.2"), false);
  });
});

describe("the Node of the functions", () => {
  for (const machine of ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]) {
    it(`is a pinned Node 24 on ${machine}`, () => {
      const [platform = "", architecture = ""] = machine.split("-");

      const found = nodePackageFor(platform, architecture);

      match(found?.version ?? "", /^24\.\d+\.\d+$/);
      match(found?.name ?? "", new RegExp(`^node-(bin-)?${machine}$`));
      equal(nodeObstacle(platform, architecture), undefined);
    });
  }

  it("is said in one line to be missing for any other machine", () => {
    equal(nodePackageFor("win32", "x64"), undefined);
    match(nodeObstacle("win32", "x64") ?? "", /^no package of Node 24 is known for win32-x64: run this with [^\n]+$/);
  });
});

describe("finding and installing tools", () => {
  let root: string;
  let path: string | undefined;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "homing-tools-"));
    path = process.env["PATH"];
  });
  afterEach(() => {
    process.env["PATH"] = path;
    rmSync(root, { recursive: true });
  });

  function program(file: string, answer: string): string {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho '${answer}'\n`);
    chmodSync(file, 0o755);
    return file;
  }

  it("prefers a suitable program on PATH", async () => {
    process.env["PATH"] = `${join(root, "old")}:${join(root, "new")}`;
    program(join(root, "old", "vault"), "Vault v1.20.0 (abc)");
    const vault = program(join(root, "new", "vault"), "Vault v1.21.0 (abc)");
    const pulumi = program(join(root, "new", "pulumi"), "v3.210.0");

    deepEqual(await findVault(root, true), { kind: "vault", binary: vault, pluginDirectory: undefined });
    equal(await findPulumi(root), pulumi);
  });

  it("passes over a vault on PATH that was compiled without the AWS login, unless that is not wanted", async () => {
    process.env["PATH"] = root;
    const vault = program(join(root, "vault"), "Vault v1.21.2");
    writeFileSync(vault, "#!/bin/sh\necho 'Vault v1.21.2'\nexit\nGo buildinf: github.com/hashicorp/vault");

    equal(await findVault(join(root, "none"), true), undefined);
    equal((await findVault(join(root, "none"), false))?.binary, vault);
  });

  it("does not take its own vault for complete while the login plugin is missing or of another version", async () => {
    process.env["PATH"] = "";
    const binary = program(join(root, "bin", "vault"), `Vault v${versions.vault}`);
    equal(await findVault(root, true), undefined);

    const plugin = program(join(root, "vault-plugins", "aws"), "github.com/hashicorp/vault\tv1.21.1\t");
    equal(await findVault(root, true), undefined);

    writeFileSync(plugin, `github.com/hashicorp/vault\tv${versions.vault}\t`);
    deepEqual(await findVault(root, true), { kind: "vault", binary, pluginDirectory: join(root, "vault-plugins") });
  });

  it("does not take a Python program for complete without its marker", () => {
    const file = program(join(root, "ministack", "bin", "ministack"), "");
    equal(findPythonTool(root, "ministack"), undefined);

    writeFileSync(join(root, "ministack", "installed.txt"), "ministack==0.0.1");
    equal(findPythonTool(root, "ministack"), undefined);

    writeFileSync(join(root, "ministack", "installed.txt"), `ministack==${versions.ministack}`);
    equal(findPythonTool(root, "ministack"), file);
  });

  it("ignores relative folders of PATH", () => {
    deepEqual(executablesNamed("sh", ".:bin::/nowhere"), []);
  });

  it("says in one line for each tool what is missing, before it installs anything", async () => {
    process.env["PATH"] = "";
    const lines: string[] = [];

    const refused = installTools({ server: "vault", vaultAwsPlugin: true, progress: (line) => lines.push(line), root });

    await rejects(refused, (error: unknown) => {
      equal(error instanceof ToolError, true);
      const said = error instanceof Error ? error.message.split("\n") : [];
      deepEqual(
        said.filter((line) => !line.startsWith("Node 24: ")),
        [
          "ministack: no Python 3.10 or newer is on PATH: install Python 3.10 or newer as python3",
          "vault: Go is not on PATH: install Go 1.25 or newer, or put HashiCorp's vault 1.21 or newer on PATH",
          "pulumi: Go is not on PATH: install Go 1.25 or newer, or put pulumi 3.200 or newer on PATH",
        ],
      );
      return true;
    });
    deepEqual(lines, []);
    deepEqual(readdirSync(root), []);
  });

  it("reports a step that failed with its last line and its log", async () => {
    const lines: string[] = [];
    const context = { root, progress: (line: string) => lines.push(line), signal: new AbortController().signal };
    const step = { tool: "thing", doing: "compiling", command: "/bin/sh", cwd: root };

    const failed = runStep({ ...step, args: ["-c", "echo first; echo no space left >&2; exit 3"] }, context);

    await rejects(failed, (error: unknown) => {
      const said = error instanceof ToolError ? error.message : "";
      equal(
        said,
        `thing: compiling failed (exit code 3): no space left (all of it: ${join(root, "logs", "thing.log")})`,
      );
      return true;
    });
    deepEqual(lines, ["thing: compiling"]);
  });

  it("keeps temporary files of a step in the tools' own folder", async () => {
    const context = { root, progress: () => undefined, signal: new AbortController().signal };
    const args = ["-c", 'test "$TMPDIR" = "$1"', "sh", join(root, "tmp")];

    await runStep({ tool: "thing", doing: "looking", command: "/bin/sh", args, cwd: root }, context);
  });
});

describe("the lock", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "homing-lock-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("lets one in at a time and is gone afterwards", async () => {
    const lock = join(folder, "lock");
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    };

    await Promise.all([withLock(lock, work), withLock(lock, work), withLock(lock, work)]);

    equal(most, 1);
    deepEqual(readdirSync(folder), []);
  });

  it("is released when the work fails", async () => {
    const lock = join(folder, "lock");

    await rejects(
      withLock(lock, () => Promise.reject(new Error("the work failed"))),
      /the work failed/,
    );

    equal(existsSync(lock), false);
  });

  it("is taken over from a holder that is dead, by one of several waiters", async () => {
    const lock = join(folder, "lock");
    mkdirSync(lock);
    // Above the largest process id of Linux and of macOS.
    writeFileSync(join(lock, "99999999-aa"), "");
    const order: string[] = [];

    await Promise.all(
      ["a", "b"].map((name) =>
        withLock(lock, async () => {
          order.push(`${name} in`);
          await new Promise((resolve) => setTimeout(resolve, 20));
          order.push(`${name} out`);
        }),
      ),
    );

    equal(order.length, 4);
    equal(order[0]?.[0], order[1]?.[0]);
    deepEqual(readdirSync(folder), []);
  });
});

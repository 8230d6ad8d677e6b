import * as assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { leaks } from "../../bundle/support/leaks";
import type { Bench } from "../../system/support/bench";
import { eventually } from "../../system/support/eventually";
import {
  filesBelow,
  homesMetadata,
  logs,
  metrics,
  sourcesMetadata,
  temporaryFiles,
  theArchive,
} from "../support/places";
import { watchProcesses } from "../support/processWatch";
import type { ProcessWatch } from "../support/processWatch";
import { drainQueue, openTap } from "../support/tap";
import type { Tap } from "../support/tap";

const checkout = dirname(dirname(dirname(__dirname)));

/**
 * Looks for the planted values everywhere but at their two homes, of which both servers of the local cloud keep the
 * contents in memory: no file and no folder is left out.
 */
export function describeLeakSearch(bench: () => Bench): void {
  const started = Date.now();
  let tap: Tap;
  let processes: ProcessWatch;

  before(async () => {
    tap = await openTap(bench());
    processes = watchProcesses();
  });
  after(() => {
    processes.end();
  });

  describe("a value is nowhere but at its source and its home", () => {
    /** A member's name; Vault's audit log shows names in clear, which is known and said. */
    const memberName = (): string => `name-${bench().canary.slice(-12)}`;
    /** Holds what each way of writing a text down treats in its own manner. */
    const oddly = (): string => `"${bench().canary}" \\ / ü€ <&>? +=%~`;

    it("after moves of every kind of value, of new ones and back", async () => {
      const { sources, log, canary } = bench();
      const values = {
        text: oddly(),
        fields: JSON.stringify({ user: "app", password: oddly(), [memberName()]: canary, deep: [{ canary }] }),
        binary: Buffer.from(oddly()),
        long: `${canary}\n`.repeat(1_000),
        number: `{"n":1.10,"secret":"${canary}"}`,
      };
      for (const [name, value] of Object.entries(values)) {
        const { arn } = await sources.create(`leaks/${name}`, value);
        await log.outcome(arn, { outcome: "moved" });
      }
      const { arn } = await sources.create("copied/leaks", canary);
      await log.outcome(arn, { outcome: "copied" });
      const versionId = await sources.put(arn, oddly());
      await log.outcome(arn, { outcome: "copied", versionId });
    });

    it("after a refusal", async () => {
      const { sources, homes, home, log } = bench();
      await homes.write(home("leaks/conflict"), { by: "a person" });
      const { arn } = await sources.create("leaks/conflict", oddly());

      await log.outcome(arn, { outcome: "refused", reason: "home-conflict" });
    });

    /** Waits for a retry with this code, then for the move. */
    async function recovers(name: string, code: string, repair: () => Promise<void>): Promise<void> {
      const { sources, log } = bench();
      const { arn } = await sources.create(name, oddly());
      await eventually(
        async () => (await log.records()).find((record) => record["secret"] === arn && record["code"] === code),
        () => `no retry of ${name} with ${code}`,
      );
      await repair();
      await log.outcome(arn, { outcome: "moved" });
    }

    it("after Vault denied the write", async () => {
      const { vault, system } = bench();
      const { moverPolicyName, mount, homePrefix } = system().outputs;
      const at = `sys/policies/acl/${moverPolicyName ?? ""}`;
      const { policy } = (await vault.read(at)) as { readonly policy: string };
      await vault.write(at, {
        policy: `path "${mount ?? ""}/metadata/${homePrefix ?? ""}/*" { capabilities = ["read"] }`,
      });

      await recovers("leaks/denied", "vault-denied", () => vault.write(at, { policy }));
    });

    it("after Vault was sealed in between", async () => {
      const { vault, system } = bench();
      await vault.write("sys/seal", {});

      await recovers("leaks/sealed", "vault-sealed", () => vault.write("sys/unseal", { key: system().vaultUnsealKey }));
    });

    it("is what a search finds that finds it in every form", () => {
      const { cloud, canary } = bench();
      const text = JSON.stringify({ password: oddly() });
      const forms = {
        raw: canary,
        base64: Buffer.from(text).toString("base64"),
        "base64, one byte on": Buffer.from(` ${text}`).toString("base64"),
        "base64, two bytes on": Buffer.from(`  ${text}`).toString("base64"),
        base64url: Buffer.from(text).toString("base64url"),
        hex: Buffer.from(text).toString("hex").toUpperCase(),
        url: encodeURIComponent(text),
        json: JSON.stringify(JSON.stringify(text)),
      };
      const folder = join(cloud.directory, "aws", "tmp", "planted");
      mkdirSync(folder);
      for (const [form, content] of Object.entries(forms)) writeFileSync(join(folder, form), `before ${content} after`);

      const found = Object.entries(filesBelow(cloud.directory)).filter(
        ([, inside]) => leaks(inside, canary).length > 0,
      );

      rmSync(folder, { recursive: true });
      assert.deepEqual(
        found.map(([path]) => path).sort(),
        Object.keys(forms)
          .map((form) => join("aws", "tmp", "planted", form))
          .sort(),
      );
    });

    it("in any place of the list", async () => {
      const { cloud, clients, canary, engineOutput, log, system } = bench();
      const printed: string[] = [];
      await cloud.stack.stack.preview({
        onOutput: (text) => printed.push(text),
        onError: (text) => printed.push(text),
      });
      const { commands, environments, looks } = processes.end();
      const files = filesBelow(cloud.directory);
      const [events, dead, waiting] = [
        await tap.drain(),
        await drainQueue(clients, system().deadLetterQueueUrl),
        await drainQueue(clients, system().queueUrl),
      ];
      await tap.remove();
      const below = (folder: string): string =>
        Object.entries(files)
          .flatMap(([path, text]) => (path.startsWith(folder) ? [`${path}\n${text}`] : []))
          .join("\n");
      const places: Readonly<Record<string, string | readonly string[]>> = {
        "Pulumi's state, its checkpoints, backups and history": below(join("pulumi", "state")),
        "Pulumi's home and plug-ins": below("pulumi"),
        "the state as Pulumi exports it": JSON.stringify(await cloud.stack.stack.exportStack()),
        "the engine's output": engineOutput(),
        "the output of a preview": printed.join(""),
        "the stack's settings": readFileSync(join(checkout, `Pulumi.${system().stack}.yaml`), "utf8"),
        "the function's archive and configuration": await theArchive(bench()),
        "the function's files and the emulator's": below("aws"),
        "Vault's files, audit log included": below("vault"),
        "temporary files of the machine": Object.entries(temporaryFiles(started)).flat(),
        "command lines of all processes": commands,
        "environments of all processes": environments,
        "messages of EventBridge to the queue": events.join("\n"),
        "messages on the dead-letter queue": dead.join("\n"),
        "messages left on the queue": waiting.join("\n"),
        "all log groups, level DEBUG": await logs(clients),
        "metrics and alarms": await metrics(bench()),
        "names, tags and descriptions of the sources": await sourcesMetadata(clients),
        "metadata and labels of the homes": await homesMetadata(bench()),
      };

      const searched = Object.entries(places).map(([place, texts]) => ({ place, texts: [texts].flat() }));
      const found = searched.flatMap(({ place, texts }) =>
        texts.flatMap((text) =>
          [canary, oddly()].flatMap((secret) => leaks(text, secret).map((form) => `${place}: ${form}`)),
        ),
      );
      assert.deepEqual(found, []);
      for (const { place, texts } of searched) {
        const mayBeEmpty = place === "messages left on the queue" || place === "temporary files of the machine";
        assert.ok(mayBeEmpty || texts.some(({ length }) => length > 100), `${place} was read`);
      }
      const textOf = (place: string): string => String(places[place]);
      assert.match(textOf("all log groups, level DEBUG"), /vault-denied/);
      assert.match(environments, /HOMING_VAULT_ADDRESS/, "the function's process was seen");
      assert.match(commands, /ministack/);
      assert.match(textOf("messages of EventBridge to the queue"), /Secret Label Updated/);
      assert.match(textOf("messages of EventBridge to the queue"), /AWS API Call via CloudTrail/);
      const moved = (await log.records()).filter(({ outcome }) => outcome === "moved").length;
      const bytes = searched.flatMap(({ texts }) => texts).reduce((sum, text) => sum + text.length, 0);
      process.stdout.write(
        `    leaks: ${Object.keys(places).length} places, ${Object.keys(files).length} files, ` +
          `${(bytes / 1_048_576).toFixed(0)} MB searched in 6 forms after ${moved} moves, ` +
          `processes looked at ${looks} times: 0 found\n`,
      );
    });

    it("except that Vault's audit log names the members of an object, as the documentation says", () => {
      const { cloud } = bench();
      const name = memberName();

      const found = Object.entries(filesBelow(cloud.directory)).filter(([, text]) => text.includes(name));

      assert.deepEqual(
        found.map(([path]) => path),
        [join("vault", "audit.log")],
      );
    });
  });
}

import { DeleteSecretCommand } from "@aws-sdk/client-secrets-manager";

import { terminalLogins } from "../cli/support/terminalLogins";
import { environmentOf } from "../cli/support/homing";
import { useCloud } from "../system/support/bench";
import { drained } from "../system/support/drained";
import { operatorSettings } from "../system/support/operatorLogin";
import { describePath } from "./path/describePath";
import { homing, look } from "./support/homing";
import { isKept, views } from "./support/kept";
import { createAll, folders, movedOf, setReading } from "./support/scene";
import { ctrlC, ctrlD, enter } from "./support/terminal";
import type { Typed } from "./support/terminal";

describe("a screen of homing", function () {
  this.timeout(600_000);
  const settings = { ...operatorSettings, tokenTtlMinutes: "60" };
  const bench = useCloud({ name: "screens", login: "aws", server: "vault", settings });
  let env: Readonly<Record<string, string>> = {};
  let operator = "";
  before(async () => {
    env = environmentOf(bench().system());
    operator = (await terminalLogins(bench())).operator;
    await createAll(bench());
  });

  for (const view of views) {
    const folder = folders[view];
    /** Looks at a command as it is typed; behind a pipe nobody types an answer. */
    const see = (
      name: string,
      line: string,
      typed: readonly Typed[] = [],
      more: Readonly<Record<string, string>> = {},
    ) => look(name, view, line, homing(line, { ...env, ...more }), typed);

    it(`of plan, ${view}`, async () => {
      await see("plan", `npx homing plan --name '${folder}/*'`);
    });

    it(`of move and a Ctrl-C, ${view}`, async () => {
      const line = `npx homing move --name '${folder}/many/*'`;
      await setReading(bench(), false);
      try {
        const { before: at } = await see("move-stopped", line, [
          { at: "Type yes: ", keys: `yes${enter}` },
          { at: "0/14 secrets ended, 0.0/s", keys: ctrlC },
        ]);
        if (view !== "pipe") isKept("move-bar", view, line, at[1] ?? "");
      } finally {
        await setReading(bench(), true);
      }
    });

    it(`of move to its end, ${view}`, async () => {
      if (view !== "pipe") {
        await movedOf(
          bench(),
          Array.from({ length: 10 }, (_, index) => `${folder}/many/0${index}`),
        );
      }
      await see("move", `npx homing move --name '${folder}/*'${view === "pipe" ? " --yes" : ""}`, [
        { at: "Type yes: ", keys: `yes${enter}` },
      ]);
    });

    it(`of status, ${view}`, async () => {
      const { arn } = await bench()
        .sources.describe(`${folder}/conflict`)
        .then(({ ARN = "" }) => ({ arn: ARN }));
      await bench().sources.nudge(arn);
      await bench().log.outcome(arn, { outcome: "refused", reason: "home-conflict" });
      await see("status", `npx homing status --name '${folder}/*'`);
    });

    it(`of log, ${view}`, async () => {
      await see("log", `npx homing log ${folder}/conflict`);
    });

    it(`of undo, ${view}`, async () => {
      const line = `npx homing undo --since 2h --name '${folder}/hello'`;
      const at = "Type yes: ";
      if (view === 80) {
        await see("undo-ctrl-c", line, [{ at, keys: ctrlC }]);
        await see("undo-ctrl-d", line, [{ at, keys: ctrlD }]);
        await see("undo-no", line, [{ at, keys: `y${enter}` }]);
      }
      await see("undo", line, [{ at, keys: `yes${enter}` }]);
    });

    it(`of resolve, ${view}`, async () => {
      const line = `npx homing resolve ${folder}/conflict --take`;
      const at = "the secret's name: ";
      const asOperator = { VAULT_TOKEN: operator };
      await see("resolve-sides", `npx homing resolve ${folder}/conflict`);
      if (view === 80) await see("resolve-ctrl-c", line, [{ at, keys: ctrlC }], asOperator);
      await see("resolve", line, [{ at, keys: `${folder}/conflict${enter}` }], asOperator);
    });

    it(`of verify, ${view}`, async () => {
      await drained(bench());
      await see("verify", `npx homing verify --name '${folder}/*'`);
    });

    it(`of release, ${view}`, async () => {
      await see("release", `npx homing release ${folder}/hello${view === "pipe" ? " --yes" : ""}`, [
        { at: "Type yes: ", keys: `yes${enter}` },
      ]);
    });

    it(`of restore, ${view}`, async () => {
      const SecretId = `${folder}/bytes`;
      await see("restore-early", `npx homing restore ${SecretId}`);
      // As if its window had ended.
      await bench().clients.silent.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
      await see("restore", `npx homing restore ${SecretId}${view === "pipe" ? " --yes" : ""}`, [
        { at: "Type yes: ", keys: `yes${enter}` },
      ]);
    });
  }

  describePath(bench, () => ({ ...env, VAULT_TOKEN: operator }));
});

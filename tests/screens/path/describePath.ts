/** Walks a person's path once, and holds all that it showed against both sides. */
import { deepEqual, equal, ok } from "node:assert/strict";

import type { Bench } from "../../system/support/bench";
import { falsified } from "./falsified";
import { judge } from "./sentences";
import { exitCodeOf, table } from "./table";
import { folder, walk } from "./walk";
import type { Screen } from "./walk";

/** @param env of a person whose token of Vault is an operator's */
export function describePath(bench: () => Bench, env: () => Readonly<Record<string, string>>): void {
  describe("on a person's path", () => {
    let screens: readonly Screen[] = [];
    before(async () => {
      screens = await walk(bench(), env());
    });

    it("says nothing that is untrue of either side, and no sentence that is not held against them", () => {
      deepEqual(
        screens.flatMap((screen) => judge(screen, table)),
        [],
      );
    });

    it("ends with the exit code of what is on both sides", () => {
      deepEqual(
        screens.map(({ typed, code }) => `${typed}: ${code ?? "a signal"}`),
        screens.map((screen) => `${screen.typed}: ${exitCodeOf(screen)}`),
      );
    });

    it("would be caught at any number, any name and many a word that is not so", () => {
      const lies = screens.flatMap(falsified);
      ok(lies.length > 300, `only ${lies.length} lies`);
      deepEqual(
        lies.filter(({ screen }) => judge(screen, table).length === 0).map(({ what }) => what),
        [],
      );
    });

    it("leads to secrets that are read from Vault as they were written", async () => {
      const { canary, homes, home } = bench();
      const read = async (name: string): Promise<unknown> => (await homes.read(home(`${folder}/${name}`)))?.data;
      deepEqual(await read("object"), { user: "me", password: canary });
      deepEqual(await read("text"), { value: canary });
      deepEqual(await read("binary"), { value_base64: Buffer.from(`${canary}\u0000`, "latin1").toString("base64") });
      deepEqual(await read("theirs"), { value: canary }, "the conflict is resolved for Secrets Manager's value");
      deepEqual(await read("wrong"), { value: `${canary} of a person` }, "and this one for Vault's");
      equal(await read("exempt"), undefined);
    });

    it("shows no value", () => {
      ok(screens.every(({ shown }) => !shown.includes(bench().canary)));
    });
  });
}

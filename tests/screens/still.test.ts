import { homing, local, look } from "./support/homing";
import { views } from "./support/kept";

const env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" };

describe("a screen that needs no cloud", function () {
  this.timeout(120_000);
  for (const view of views) {
    for (const [name, line] of [
      ["help", "npx homing --help"],
      ["help-move", "npx homing move --help"],
      ["wrong-option", "npx homing plan --as audit"],
    ] as const) {
      it(`${name}, ${view}`, async () => {
        await look(name, view, line, homing(line, env));
      });
    }

    it(`local-wrong-setting, ${view}`, async () => {
      const line = "npm run local -- up --name wrong-on-screen --set mode=fast";
      await look("local-wrong-setting", view, line, local(line, env));
    });
  }
});

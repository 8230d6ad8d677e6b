import { deepEqual, equal, rejects } from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";

import { eachSecret } from "../../cli/eachSecret";
import { arnOf, moverSettings, sourceOf, startTime } from "../support/builders";

const pages = [["a/1", "b/1"], [], ["a/2", "a/3"]];

/** A session over these pages, and what the progress was told. */
function sessionOf(stopped: () => boolean = () => false) {
  const told: (number | "end")[] = [];
  return {
    told,
    session: {
      deployment: {
        functionName: "mover",
        functionArn: "arn-of-the-mover",
        logGroupName: "/mover",
        timeoutSeconds: 120,
        settings: moverSettings(),
      },
      listing: () => (token: string | undefined) => {
        const index = Number(token ?? 0);
        const secrets = (pages[index] ?? []).map((name) => ({ source: sourceOf({ name, arn: arnOf(name) }) }));
        return Promise.resolve({ secrets, ...(index + 1 < pages.length ? { next: `${index + 1}` } : {}) });
      },
      progress: () => ({
        update: (done: number) => {
          told.push(done);
        },
        stop: () => {
          told.push("end");
        },
      }),
      concurrency: 2,
      now: () => startTime,
      stopped,
    },
  };
}

describe("eachSecret", () => {
  it("goes through all pages, takes what the options name, and counts all that it looked at", async () => {
    const { session, told } = sessionOf();
    const taken: string[] = [];

    const looked = await eachSecret(session, { name: ["a/*"] }, ({ name }) => {
      taken.push(name);
      return Promise.resolve();
    });

    deepEqual([looked, taken, told], [4, ["a/1", "a/2", "a/3"], [2, 2, 4, "end"]]);
  });

  it("fails where the options name no secret of those that there are", async () => {
    const { session } = sessionOf();

    await rejects(
      eachSecret(session, { name: ["c/*"] }, () => Promise.resolve()),
      /^Error: No secret matches --name 'c\/\*'/,
    );
    equal(await eachSecret(session, {}, () => Promise.resolve()), 4);
  });

  it("begins nothing more when it is stopped, and ends what is under way", async () => {
    const ended: string[] = [];
    let isStopped = false;
    const { session } = sessionOf(() => isStopped);

    await eachSecret(session, {}, async ({ name }) => {
      isStopped = true;
      await turn();
      ended.push(name);
    });

    deepEqual(ended, ["a/1"]);
  });

  it("fails with the first error, after all that was under way has ended", async () => {
    const { session, told } = sessionOf();
    let ended = 0;

    const run = eachSecret(session, {}, async ({ name }) => {
      if (name === "b/1") throw new Error("the first");
      await turn();
      ended += 1;
    });

    await rejects(run, /the first/);
    equal(ended, 1);
    equal(told.at(-1), "end");
  });

  it("fails with an error of the very last one, too", async () => {
    const run = eachSecret(sessionOf().session, {}, ({ name }) =>
      name === "a/3" ? Promise.reject(new Error("the last")) : Promise.resolve(),
    );

    await rejects(run, /the last/);
  });
});

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";

import { eachOf, eachSecret } from "../../cli/eachSecret";
import { Failure } from "../../cli/failure";
import type { SourcePort } from "../../runtime/model/ports";
import { arnOf, moverSettings, sourceOf, startTime } from "../support/builders";

const pages = [["a/1", "b/1"], [], ["a/2", "a/3"]];

/** A session over these pages, and what the progress was told. */
function sessionOf(stopped: () => boolean = () => false) {
  const told: (string | number)[] = [];
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
      progress: ({ what }: { readonly what: string }) => ({
        update: (done: number) => {
          told.push(done);
        },
        stop: () => {
          told.push(`end of ${what}`);
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

    deepEqual([looked, taken, told], [4, ["a/1", "a/2", "a/3"], [2, 2, 4, "end of secrets looked at"]]);
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
    equal(told.at(-1), "end of secrets looked at");
  });

  it("fails with an error of the very last one, too", async () => {
    const run = eachSecret(sessionOf().session, {}, ({ name }) =>
      name === "a/3" ? Promise.reject(new Error("the last")) : Promise.resolve(),
    );

    await rejects(run, /the last/);
  });
});

type Described = Awaited<ReturnType<SourcePort["describe"]>>;

const foundAs = (name: string): Described => ({ is: "found", source: sourceOf({ name, arn: name }) });

const denied: Described = { is: "refused", outcome: "failed", reason: "access-denied" };

/** Goes through three secrets, and keeps what was done in its order. */
async function goThrough(describe: (arn: string) => Described, stopped: () => boolean = () => false) {
  const done: string[] = [];
  const source = {
    describe: (arn: string, step: string) => {
      done.push(`${step} ${arn}`);
      return Promise.resolve(describe(arn));
    },
  } as SourcePort;
  const error = await eachOf(
    ["a", "b", "c"],
    { source, concurrency: 1, stopped },
    ({ name }) => {
      done.push(`do ${name}`);
      return Promise.resolve();
    },
    () => {
      done.push("told");
      return Promise.resolve();
    },
  ).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { done, error };
}

describe("eachOf", () => {
  it("describes each secret, does what is to do, and tells when all is done", async () => {
    const { done, error } = await goThrough(foundAs);

    deepEqual(done, ["describe a", "do a", "describe b", "do b", "describe c", "do c", "told"]);
    equal(error, undefined);
  });

  it("leaves out what is gone by then", async () => {
    const { done, error } = await goThrough((arn) => (arn === "b" ? { is: "absent" } : foundAs(arn)));

    deepEqual(done, ["describe a", "do a", "describe b", "describe c", "do c", "told"]);
    equal(error, undefined);
  });

  it("fails where AWS denies the description, with the call to permit, and does nothing with that secret", async () => {
    const { done, error } = await goThrough((arn) => (arn === "c" ? denied : foundAs(arn)));

    deepEqual(done, ["describe a", "do a", "describe b", "do b", "describe c"]);
    match(String(error), /^Error: AWS denies DescribeSecret \(AccessDeniedException\): get the permission/);
  });

  for (const [turns, left] of [
    [2, "1 secret is left. Run the same command again for it."],
    [1, "2 secrets are left. Run the same command again for them."],
    [0, "3 secrets are left. Run the same command again for them."],
  ] as const) {
    it(`says what was done, and ends with 130 and what is left, when it is stopped after ${turns}`, async () => {
      let asked = 0;
      const { done, error } = await goThrough(foundAs, () => {
        asked += 1;
        return asked > turns;
      });

      deepEqual(done, [...["describe a", "do a", "describe b", "do b"].slice(0, 2 * turns), "told"]);
      ok(error instanceof Failure);
      deepEqual([error.exitCode, error.message], [130, `Stopped: ${left}`]);
    });
  }
});

import { deepEqual, doesNotMatch, equal, rejects } from "node:assert/strict";

import { isReadSecretError, readErrorOf } from "../../../runtime/reader/readErrors";
import type { ReadSecretError } from "../../../runtime/reader/readErrors";
import { makeReadSecret } from "../../../runtime/reader/readSecret";
import type { Stored } from "../../../runtime/reader/readSecret";
import type { StoredVersion } from "../../../runtime/reader/secretValue";
import { retryCodes, retryableError } from "../../../runtime/shared/errors";
import { account, region, startTime, versionLabelText } from "../../support/builders";

const text = versionLabelText(undefined, undefined, "text");

const versionOf = (number: number, over: Partial<StoredVersion> = {}): Stored => ({
  is: "version",
  stored: {
    version: number,
    createdTime: startTime - 60_000,
    labels: { [`v${number}`]: text },
    data: `{"value":"hunter${number}"}`,
    ...over,
  },
});

/** A reader whose Vault gives these answers one after the other, the last for ever. */
function readerOf(answers: readonly (Stored | Error)[], cacheSeconds = 60) {
  let time = startTime;
  const paths: string[] = [];
  const pauses: number[] = [];
  const reported: string[] = [];
  const read = makeReadSecret(
    { account, region, homePrefix: "aws", homeTemplate: "aws/{account}/{region}/{name}", cacheSeconds },
    {
      load: (path) => {
        const answer = answers[Math.min(paths.length, answers.length - 1)];
        paths.push(path);
        if (answer === undefined) throw new Error("no answer");
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      report: (name, { version }) => {
        reported.push(`${name} ${version}`);
        return Promise.resolve();
      },
      now: () => time,
      sleep: (ms) => {
        pauses.push(ms);
        time += ms;
        return Promise.resolve();
      },
    },
  );
  return {
    read,
    paths,
    pauses,
    reported,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

const fails = (run: Promise<unknown>, expected: Partial<ReadSecretError>): Promise<void> =>
  rejects(run, (error: unknown) => {
    equal(isReadSecretError(error), true);
    for (const [name, value] of Object.entries(expected)) equal((error as Record<string, unknown>)[name], value, name);
    doesNotMatch((error as Error).message, /hunter/);
    return true;
  });

describe("readSecret", () => {
  it("finds a secret by the name that it has in Secrets Manager", async () => {
    const { read, paths } = readerOf([versionOf(1)]);

    deepEqual(await read("payments/../key."), { kind: "text", text: "hunter1", version: 1 });
    deepEqual(paths, [`aws/${account}/${region}/payments/..~/key.~`]);
  });

  it("asks Vault once until the value's deadline, then again", async () => {
    const { read, paths, pass } = readerOf([versionOf(1), versionOf(2)], 60);
    await read("a");
    pass(59_999);
    equal((await read("a")).version, 1);
    pass(1);

    equal((await read("a")).version, 2);
    equal(paths.length, 2);
  });

  it("never uses a value after it expired in Vault", async () => {
    const expiring = versionOf(1, { expiryTime: startTime + 5_000 });
    const { read, pass } = readerOf([expiring, { is: "deleted" }], 60);
    await read("a");
    pass(4_999);
    equal((await read("a")).version, 1);
    pass(1);

    await fails(read("a"), { code: "deleted" });
  });

  it("reports what it got from Vault, and not what it had kept", async () => {
    const { read, reported, pass } = readerOf([versionOf(1), versionOf(2)]);
    await read("app/db");
    await read("app/db");
    pass(60_000);
    await read("app/db");
    deepEqual(reported, ["app/db 1", "app/db 2"]);
  });

  it("keeps nothing with a cache of 0 seconds", async () => {
    const { read, paths } = readerOf([versionOf(1)], 0);
    await read("a");
    await read("a");

    equal(paths.length, 2);
  });

  it("asks once for reads at the same time, and keeps secrets apart", async () => {
    const { read, paths } = readerOf([versionOf(1)]);
    await Promise.all([read("a"), read("a"), read("b")]);

    deepEqual(
      paths.map((path) => path.at(-1)),
      ["a", "b"],
    );
  });

  it("keeps no failure", async () => {
    const { read } = readerOf([
      retryableError("vault-sealed", "read-home", "Vault answered with status 503"),
      versionOf(1),
    ]);
    await fails(read("a"), { code: "unreachable", retryCode: "vault-sealed", secret: "a" });

    equal((await read("a")).version, 1);
  });

  it("waits for the label that follows the data a moment later", async () => {
    const bare = versionOf(2, { labels: {}, createdTime: startTime });
    const { read, pauses } = readerOf([bare, bare, versionOf(2)]);

    deepEqual(await read("a"), { kind: "text", text: "hunter2", version: 2 });
    deepEqual(pauses, [100, 100]);
  });

  it("gives what stays without a label as somebody's own, and keeps it only once it is old enough", async () => {
    const bare = versionOf(2, { labels: {}, createdTime: startTime });
    const { read, paths, pass } = readerOf([bare]);
    equal((await read("a")).kind, "unlabelled");
    equal(paths.length, 11);
    pass(1_000);

    await read("a");
    await read("a");
    equal(paths.length, 12);
  });

  it("asks again after five seconds for a version without a label: the mover's own may be late", async () => {
    const bare = versionOf(2, { labels: {} });
    const { read, paths, pass } = readerOf([bare, bare, versionOf(2)], 60);
    equal((await read("a")).kind, "unlabelled");
    pass(4_999);
    equal((await read("a")).kind, "unlabelled");
    equal(paths.length, 1);
    pass(1);
    equal((await read("a")).kind, "unlabelled");
    pass(5_000);

    equal((await read("a")).kind, "text");
    pass(59_999);
    equal((await read("a")).kind, "text");
    equal(paths.length, 3);
  });

  it("keeps a version without a label no longer than any other", async () => {
    const { read, paths, pass } = readerOf([versionOf(2, { labels: {} })], 2);
    await read("a");
    pass(1_999);
    await read("a");
    equal(paths.length, 1);
    pass(1);

    await read("a");
    equal(paths.length, 2);
  });

  it("forgets the oldest when names without end are asked for", async () => {
    const { read, paths } = readerOf([versionOf(1)]);
    for (let index = 0; index <= 100; index += 1) await read(`name-${index}`);
    await read("name-100");
    equal(paths.length, 101);

    await read("name-0");
    equal(paths.length, 102);
  });

  it("says by its code why there is no value", async () => {
    await fails(readerOf([{ is: "absent" }]).read("a"), { code: "not-found", name: "ReadSecretError" });
    await fails(readerOf([{ is: "deleted" }]).read("a"), { code: "deleted" });
    await fails(readerOf([versionOf(1, { data: '{"value":"hunter","other":"hunter"}' })]).read("a"), {
      code: "unreadable",
    });
    const unasked = readerOf([versionOf(1)]);
    await fails(unasked.read("no name"), { code: "bad-name" });
    deepEqual(unasked.paths, []);
  });

  it("takes no failed connection for an absence", () => {
    const codes = retryCodes.map((code) => readErrorOf(retryableError(code, "read-home", "detail"), "a").code);

    deepEqual([...new Set(codes)].sort(), ["denied", "login-failed", "unreachable", "unreadable"]);
    equal(readErrorOf(retryableError("vault-denied", "read-home", "detail"), "a").code, "denied");
    equal(readErrorOf(retryableError("vault-login-failed", "login", "detail"), "a").code, "login-failed");
    equal(readErrorOf(retryableError("vault-answer-unreadable", "read-home", "detail"), "a").code, "unreadable");
  });
});

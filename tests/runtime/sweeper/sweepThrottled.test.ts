import { deepEqual, ok } from "node:assert/strict";
import { mock } from "node:test";

import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { HttpResponse } from "@smithy/core/protocols";

import { makeRateLimit } from "../../../runtime/shared/rateLimit";
import { awsClient } from "../../../runtime/sweeper/handler";
import { makeSecretList } from "../../../runtime/sweeper/secretList";

const pages = 400;
/** What AWS leaves to the sweep: a fifth of what it allows itself. */
const allowedPerSecond = 10;
const sharePerSecond = 50;
/** Milliseconds of one step of the clock; no call takes less. */
const tickMs = 5;

interface Throttled {
  readonly served: number;
  readonly refused: number;
  readonly seconds: number;
}

/** Lists all pages from an AWS that lets only some calls through, on a clock that is moved by hand. */
async function listFromBusyAws(): Promise<Throttled> {
  mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_700_000_000_000 });
  mock.method(Math, "random", () => 0.5);
  const counts = { served: 0, refused: 0 };
  const started = Date.now();
  let tokens = allowedPerSecond;
  let last = started;

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  const answer = (statusCode: number, body: object): { response: HttpResponse } => ({
    response: new HttpResponse({ statusCode, headers: {}, body: Buffer.from(JSON.stringify(body)) }),
  });
  const handle = async (): Promise<{ response: HttpResponse }> => {
    const now = Date.now();
    tokens = Math.min(allowedPerSecond, tokens + ((now - last) / 1_000) * allowedPerSecond);
    last = now;
    const isServed = tokens >= 1;
    if (isServed) tokens -= 1;
    counts[isServed ? "served" : "refused"] += 1;
    await wait(tickMs);
    return isServed
      ? answer(200, { SecretList: [], NextToken: "more" })
      : answer(400, { __type: "ThrottlingException", message: "Rate exceeded" });
  };

  try {
    const client = new SecretsManagerClient({
      ...awsClient,
      region: "eu-west-1",
      credentials: { accessKeyId: "a", secretAccessKey: "s" },
      requestHandler: { handle },
    });
    const list = makeSecretList(
      client,
      "",
      makeRateLimit(sharePerSecond, () => Date.now(), wait),
    );
    const listed = { all: false };
    const listing = (async () => {
      for (let page = 0; page < pages; page += 1) await list("all", "more");
    })().finally(() => {
      listed.all = true;
    });
    while (!listed.all) {
      // What the last tick set going runs until it waits for the clock again.
      for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      mock.timers.tick(tickMs);
    }
    await listing;
    return { ...counts, seconds: (Date.now() - started) / 1_000 };
  } finally {
    mock.timers.reset();
    mock.restoreAll();
  }
}

describe("a sweep of an account that others keep busy", function () {
  this.timeout(180_000);

  it("lowers its rate to what AWS lets through, and gets every page", async () => {
    const { served, refused, seconds } = await listFromBusyAws();

    deepEqual(served, pages);
    // Without adapting, one call in seven is refused, for as long as the sweep lasts.
    ok(refused <= pages * 0.07, `${refused} calls were refused`);
    ok(seconds <= (pages / allowedPerSecond) * 1.2, `it took ${seconds} s`);
  });
});

/** A command's session over both sides in memory, and what it put on the screen. */
import { PassThrough } from "node:stream";

import { makeListing } from "../../../cli/listing";
import { makeScreen } from "../../../cli/screen";
import type { Session } from "../../../cli/session";
import type { MoverSettings } from "../../../runtime/shared/environment";
import { moverSettings, region } from "../../support/builders";
import { fakeHomePort } from "../../support/fakeHome";
import { fakeSourcePort } from "../../support/fakeSource";
import type { World } from "../../support/world";
import { functionArn, functionName } from "./fakeFunction";
import { fakeList } from "./scene";

export interface SessionScene {
  readonly session: Session;
  /** All that standard output got. */
  readonly out: () => string;
  /** All that standard error got. */
  readonly err: () => string;
  /** What `--json` printed. */
  readonly records: () => readonly Readonly<Record<string, unknown>>[];
}

export interface SceneOptions {
  readonly settings?: Partial<MoverSettings>;
  readonly json?: boolean;
  readonly stopped?: () => boolean;
}

/** Names outside the prefix are left out by the server, as Secrets Manager does. */
const listOf = (world: World, namePrefix: string): ReturnType<typeof fakeList> =>
  fakeList({
    ...world,
    source: { ...world.source, secrets: world.source.secrets.filter(({ name }) => name.startsWith(namePrefix)) },
  });

export function sessionOn(world: World, { settings: over, json = false, stopped }: SceneOptions = {}): SessionScene {
  const settings = moverSettings(over);
  const [out, err] = [new PassThrough(), new PassThrough()];
  const texts = { out: "", err: "" };
  out.on("data", (data: Buffer) => (texts.out += data.toString("utf8")));
  err.on("data", (data: Buffer) => (texts.err += data.toString("utf8")));
  const hook = (): undefined => undefined;
  const clock = (): number => world.time;
  const source = fakeSourcePort(world.source, { hook, clock });
  const screen = makeScreen(json, { out, err }, clock);
  const parts: Partial<Session> = {
    deployment: { functionName, functionArn, logGroupName: "/aws/lambda/mover", timeoutSeconds: 120, settings },
    source,
    home: fakeHomePort(world.home, { hook, clock }),
    listing: (namePrefix) =>
      makeListing(listOf(world, namePrefix), {
        region,
        namePrefix,
        pace: () => Promise.resolve(),
        async describe(arn) {
          const found = await source.describe(arn, "describe");
          return found.is === "found" ? found.source : undefined;
        },
      }),
    async isReadByService(arn) {
      const answer = await source.isReadByService(arn);
      return answer.is === "known" && answer.read;
    },
    concurrency: 4,
    screen,
    progress: screen.progress,
    now: clock,
    sleep: () => Promise.resolve(),
    stopped: stopped ?? (() => false),
  };
  return {
    // What the command under test does not use is not there, and would be seen at once.
    session: parts as Session,
    out: () => texts.out,
    err: () => texts.err,
    records: () =>
      texts.out
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

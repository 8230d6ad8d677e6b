/** The process of a rotator: `runtime/rotator` on a real Vault, and the callbacks of an example's program. */
import type { Event } from "../../../runtime/rotator/run";
import { callBack } from "../../../runtime/rotator/callbacks";
import { makeEntries } from "../../../runtime/rotator/entries";
import { rotate } from "../../../runtime/rotator/rotate";
import { isRetryableError } from "../../../runtime/shared/errors";
import { makeKv } from "../../../runtime/vault/kv";
import { makeTransport } from "../../../runtime/vault/transport";
import { exampleRotation } from "../../support/exampleCallbacks";
import { simulated } from "./clock";
import type { Jump } from "./clock";
import type { Answer, Attempt, RotatorStart } from "./rotatorProcess";

const { place, example, config, limits } = JSON.parse(process.env["ROTATOR"] ?? "") as RotatorStart;
const entries = makeEntries(
  makeKv({
    transport: makeTransport(place.address, ""),
    token: { get: () => Promise.resolve(place.token), drop: () => undefined },
    mount: place.mount,
    namespace: "",
  }),
  { home: place.home, pending: place.pending, reports: [] },
);

/** Vault's clock does not jump: what it says of the home is put into simulated time. */
function inSimulatedTime(event: Event, jumps: readonly Jump[]): Event {
  if (event.is !== "home" && event.is !== "home-written") return event;
  const createdTime = new Date(simulated(Date.parse(event.home.createdTime), jumps)).toISOString();
  return { ...event, home: { ...event.home, createdTime } };
}

async function attempt({ wish, jumps }: Attempt): Promise<Answer> {
  const { callbacks, environment } = await rotation;
  Object.assign(process.env, environment);
  const now = (): number => simulated(Date.now(), jumps);
  const started = now();
  try {
    const { outcome } = await rotate(wish, limits, {
      now,
      perform: async (call) =>
        call.is === "create" || call.is === "set" || call.is === "test" || call.is === "retire"
          ? callBack(callbacks, call, Math.max(0, started + limits.attemptMs - now()))
          : inSimulatedTime(await entries(call), jumps),
    });
    return outcome;
  } catch (error) {
    if (!isRetryableError(error)) throw error;
    return { outcome: "retry", reason: error.code };
  }
}

const rotation = exampleRotation(example, config);
process.on("message", (message) => {
  void attempt(message as Attempt).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit());

/** Keeps the SDK from sending a delete long after it was decided on. */
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** As long as the protocol gives a delete after its tag. */
const withinMs = 60_000;

/**
 * The SDK sends a call again that got no answer, with a fresh signature. Where the machine slept in between, a person may
 * have taken the secret back meanwhile, and nothing has looked: such a DeleteSecret is not sent. The one that was on its
 * way when the machine fell asleep is AWS's to refuse: five minutes later its signature is too old.
 *
 * @param now milliseconds since the epoch, by a clock that goes on while the machine sleeps
 */
export function refuseLateDeletes(client: SecretsManagerClient, now: () => number): void {
  client.middlewareStack.add(
    (next, { commandName }) => {
      // Made once for a call, and then used for each time that it is sent.
      const asked = now();
      return (args) => {
        if (commandName !== "DeleteSecretCommand" || now() - asked <= withinMs) return next(args);
        return Promise.reject(Object.assign(new Error("the delete is late"), { code: "ELATE" }));
      };
    },
    { step: "finalizeRequest", priority: "low", name: "refuseLateDeletes" },
  );
}

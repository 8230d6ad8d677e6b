/** Two users take turns: while readers still log in as the one, the other gets its new password. No reader is turned away. */
import type { RotationCallbacks } from "homing";

import { accepts, loggedIn, newPassword, setBy, verifierOf } from "./database";

/** Made in the database by users.sql: lets each of the two set a password of either, and nothing else. */
const setPassword = "SELECT rotation.set_password($1, $2)";

export const alternatingUsers = (first: string, second: string): RotationCallbacks => ({
  create: ({ current }) => {
    const { username } = current;
    if (username !== first && username !== second) throw new Error("the home holds a user that is neither of the two");
    return { ...current, username: username === first ? second : first, password: newPassword() };
  },
  set: async ({ current, previous, pending, signal }) => {
    // With `pending` the password is set already; with `previous`, the database was restored to an earlier state.
    for (const by of [current, pending, ...(previous === undefined ? [] : [previous])]) {
      const answer = await loggedIn(by, signal, (client) =>
        setBy(client, setPassword, [String(pending["username"]), verifierOf(pending)]),
      );
      if (answer !== "denied") return answer;
    }
    throw new Error("the database accepts none of the values");
  },
  test: ({ pending, signal }) => accepts(pending, signal),
  retire: async ({ previous, current, signal }) => {
    // The same user: that the current password was set has ended the previous one.
    if (previous["username"] === current["username"]) return;
    const answer = await loggedIn(current, signal, (client) =>
      client.query("SELECT rotation.set_password($1, NULL)", [previous["username"]]),
    );
    if (answer === "denied") throw new Error("the database does not accept what the home holds");
  },
});

/**
 * One user changes its own password. From then until a reader asks Vault again, the password that it holds is dead: no
 * longer than the reader's cache, and as long as the rotation is cut off before the home is written.
 */
import type { RotationCallbacks } from "homing";
import { escapeLiteral } from "pg";

import { accepts, loggedIn, newPassword, setBy, verifierOf } from "./database";

export const singleUser: RotationCallbacks = {
  create: ({ current }) => ({ ...current, password: newPassword() }),
  set: async ({ current, previous, pending, signal }) => {
    // A statement that changes a role takes no parameters.
    const statement = `ALTER ROLE CURRENT_USER PASSWORD ${escapeLiteral(verifierOf(pending))}`;
    for (const by of [current, pending, ...(previous === undefined ? [] : [previous])]) {
      const answer = await loggedIn(by, signal, (client) => setBy(client, statement, []));
      if (answer !== "denied") return answer;
    }
    throw new Error("the database accepts none of the values");
  },
  test: ({ pending, signal }) => accepts(pending, signal),
};

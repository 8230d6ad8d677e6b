/** The callbacks of examples/rotation-postgres on a real database. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Client, escapeIdentifier, escapeLiteral } from "pg";

import { alternatingUsers } from "../../examples/rotation-postgres/alternatingUsers";
import { accepts, loggedIn, newPassword as freshPassword, verifierOf } from "../../examples/rotation-postgres/database";
import { singleUser } from "../../examples/rotation-postgres/singleUser";
import type { RotatingValue } from "../../runtime/rotator/callbacks";
import { startPostgres } from "../support/postgresServer";
import type { PostgresServer } from "../support/postgresServer";

const setUp = readFileSync(join(__dirname, "../../examples/rotation-postgres/users.sql"), "utf8");
/** All that the tests used. */
const passwords: string[] = [];
const newPassword = (): string => {
  const password = freshPassword();
  passwords.push(password);
  return password;
};
const { signal } = new AbortController();

describe("a rotator of PostgreSQL", function () {
  this.timeout(120_000);
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
    await server.query(setUp);
  });
  after(async () => {
    await server.stop();
  });

  const valueOf = (username: string, password = newPassword()): RotatingValue => ({
    host: server.host,
    port: server.port,
    dbname: server.database,
    username,
    password,
  });
  /** Sets a password as the administrator does; undefined for none. */
  async function give(username: string, password?: string): Promise<RotatingValue> {
    const value = valueOf(username, password);
    const text = password === undefined ? "NULL" : `'${verifierOf(value)}'`;
    await server.query(`ALTER ROLE ${username} PASSWORD ${text}`);
    return value;
  }
  const isAccepted = (value: RotatingValue): Promise<boolean> => accepts(value, signal);

  describe("with alternating users", () => {
    const { create, set, test, retire } = alternatingUsers("payments_a", "payments_b");

    it("gives the idle user a new password, twice, with both accepted until the former ends", async () => {
      let current: RotatingValue = { ...(await give("payments_a", newPassword())), note: "kept" };
      await give("payments_b");
      for (const user of ["payments_b", "payments_a"]) {
        const pending = await create({ current, signal });
        equal(pending["username"], user);
        equal(pending["note"], "kept");
        equal(await test({ pending, signal }), false);

        equal(await set({ current, previous: undefined, pending, signal }), "set");
        equal(await set({ current, previous: undefined, pending, signal }), "set", "again");
        deepEqual([await test({ pending, signal }), await isAccepted(current)], [true, true]);

        await retire?.({ previous: current, current: pending, signal });
        await retire?.({ previous: current, current: pending, signal });
        deepEqual([await isAccepted(pending), await isAccepted(current)], [true, false]);
        current = pending;
      }
    });

    it("reaches a database that is at pending already, or still at the value before", async () => {
      const [before, behind] = [await give("payments_b", newPassword()), await give("payments_a")];
      const pending = await create({ current: valueOf("payments_b"), signal });
      equal(await set({ current: valueOf("payments_b"), previous: before, pending, signal }), "set");
      deepEqual([await isAccepted(pending), await isAccepted(before)], [true, true]);

      await give("payments_b");
      equal(await set({ current: valueOf("payments_b"), previous: behind, pending, signal }), "set", "by itself");
      ok(await isAccepted(pending));

      await give("payments_a");
      await rejects(
        set({ current: valueOf("payments_b"), previous: behind, pending, signal }),
        /accepts none of the values/,
      );
    });

    it("leaves alone what the home's own user has, and ends nothing by a value that is not accepted", async () => {
      const current = await give("payments_a", newPassword());
      const other = await give("payments_b", newPassword());

      await retire?.({ previous: valueOf("payments_a"), current, signal });
      ok(await isAccepted(current), "another password of the same user has ended already");
      await rejects(async () => retire?.({ previous: other, current: valueOf("payments_a"), signal }));
      ok(await isAccepted(other));
    });

    it("makes nothing for a user that is neither of the two", async () => {
      await rejects(async () => create({ current: valueOf("somebody"), signal }), /neither of the two/);
    });

    it("needs no right but the one function: its users can't change anybody's password otherwise", async () => {
      const { username, password } = await give("payments_a", newPassword());
      const client = new Client({ ...server, user: String(username), password: String(password) });
      await client.connect();
      try {
        await rejects(client.query("ALTER ROLE payments_b PASSWORD 'taken'"), /permission denied/);
        await rejects(client.query("SELECT rotation.set_password('administrator', 'taken')"), /two users only/);
        await rejects(client.query("CREATE ROLE more LOGIN"), /permission denied/);
      } finally {
        await client.end();
      }
      await server.query("DROP ROLE IF EXISTS somebody; CREATE ROLE somebody LOGIN");
      const somebody = await give("somebody", newPassword());
      const answer = loggedIn(somebody, signal, (by) => by.query("SELECT rotation.set_password('payments_a', NULL)"));
      await rejects(answer, /permission denied/);
      ok(await isAccepted({ ...valueOf("payments_a"), password }));
    });
  });

  describe("with a single user", () => {
    const { create, set, test, retire } = singleUser;
    // A name that SQL would take for something else.
    const user = "o'brien \"\\ the user";
    before(() => server.query(`CREATE ROLE ${escapeIdentifier(user)} LOGIN`));
    const giveIt = async (password: string): Promise<RotatingValue> => {
      const value = valueOf(user, password);
      await server.query(`ALTER ROLE ${escapeIdentifier(user)} PASSWORD ${escapeLiteral(verifierOf(value))}`);
      return value;
    };

    it("gives the user a new password, from which moment the former is dead", async () => {
      const current = { ...(await giveIt(newPassword())), note: "kept" };
      const pending = await create({ current, signal });
      deepEqual({ ...pending, password: "" }, { ...current, password: "" });
      deepEqual([await test({ pending, signal }), await isAccepted(current)], [false, true]);

      equal(await set({ current, previous: undefined, pending, signal }), "set");
      deepEqual([await test({ pending, signal }), await isAccepted(current)], [true, false]);
      equal(await set({ current, previous: undefined, pending, signal }), "set", "again, by the new one");
      equal(retire, undefined);
    });

    it("reaches a database that is still at the value before, and gives up where it knows none", async () => {
      const previous = await giveIt(newPassword());
      const [current, pending] = [valueOf(user), valueOf(user)];
      await rejects(set({ current, previous: undefined, pending, signal }), /accepts none of the values/);
      equal(await set({ current, previous, pending, signal }), "set");
      ok(await isAccepted(pending));
    });
  });

  for (const [strategy, callbacks] of [
    ["alternating users", alternatingUsers("payments_a", "payments_b")],
    ["a single user", singleUser],
  ] as const) {
    describe(`${strategy}, and what the database says`, () => {
      let current: RotatingValue;
      beforeEach(async () => {
        current = await give("payments_a", newPassword());
      });

      it("are told apart: a value that its rules for passwords refuse, and a failure", async () => {
        // The server's module passwordcheck refuses a user's own name, which it finds in a verifier, too.
        const username = strategy === "a single user" ? "payments_a" : "payments_b";
        const pending = valueOf(username, username);
        equal(await callbacks.set({ current, previous: undefined, pending, signal }), "refused");

        const elsewhere = { ...current, dbname: "absent" };
        await rejects(callbacks.set({ current: elsewhere, previous: undefined, pending, signal }), /does not exist/);
        await rejects(async () => callbacks.test({ pending: elsewhere, signal }), /does not exist/);
        await rejects(async () => callbacks.test({ pending: { ...current, port: 1 }, signal }), /ECONNREFUSED/);
      });

      it("changes nothing once the attempt's time is over", async () => {
        const over = new AbortController();
        over.abort();
        const pending = await callbacks.create({ current, signal });
        await rejects(callbacks.set({ current, previous: undefined, pending, signal: over.signal }), /aborted/);

        // Nor by a statement that the database has begun, and that waits.
        await server.query("BEGIN; LOCK TABLE pg_authid IN SHARE ROW EXCLUSIVE MODE");
        try {
          await rejects(callbacks.set({ current, previous: undefined, pending, signal }), /statement timeout/);
        } finally {
          await server.query("ROLLBACK");
        }
        deepEqual([await isAccepted(current), await isAccepted(pending)], [true, false]);
      });
    });
  }

  describe("all that was done", () => {
    it("put no password into a statement: the server's log of them all has none", () => {
      const log = server.log();
      match(log, /set_password/);
      match(log, /ALTER ROLE CURRENT_USER PASSWORD 'SCRAM-SHA-256\$/);
      deepEqual(
        passwords.filter((password) => log.includes(password)),
        [],
      );
      ok(passwords.length > 10);
    });
  });
});

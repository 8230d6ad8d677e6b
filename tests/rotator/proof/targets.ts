/** What is rotated in the proof: a real PostgreSQL by either strategy, and an API with one key or two. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Client, DatabaseError } from "pg";

import { verifierOf } from "../../../examples/rotation-postgres/database";
import type { RotatingValue } from "../../../runtime/rotator/callbacks";
import type { ApiOfKeys } from "../../support/apiOfKeys";
import { startApiOfOneKey } from "../../support/apiOfOneKey";
import { startApi } from "../../support/apiOfTwoKeys";
import { startPostgres } from "../../support/postgresServer";
import type { DatabaseAddress, PostgresServer } from "../../support/postgresServer";

/** What an example's program needs, and the value that it begins with. */
export interface Given {
  readonly config: Readonly<Record<string, string>>;
  readonly first: RotatingValue;
}

export interface Target {
  /** The folder below examples/. */
  readonly example: string;
  readonly port: number;
  /** @param port where the rotator has to find the target */
  readonly given: (port: number) => Given;
  /** A reader's login, past the rotator's port. */
  readonly login: (value: RotatingValue) => Promise<boolean>;
  /** How many credentials the target accepts that none of these values is. */
  readonly unknown: (values: readonly RotatingValue[]) => Promise<number>;
  readonly stop: () => Promise<void>;
}

const common = { moverStack: "acme/homing/prod", overlapSeconds: "360" };
const newSecret = (): string => randomBytes(16).toString("hex");

/** Whether the server's verifier is of this password: what a login would show, without one. */
function isOf(verifier: string, password: string): boolean {
  const [, iterations = "", salt = "", stored = ""] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(verifier) ?? [];
  const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
  const key = createHmac("sha256", salted).update("Client Key").digest();
  return createHash("sha256").update(key).digest("base64") === stored;
}

/** What is asked again and again, remembered. */
function remembered(ask: (verifier: string, password: string) => boolean): typeof ask {
  const known = new Map<string, boolean>();
  return (verifier, password) => {
    const key = `${verifier} ${password}`;
    const answer = known.get(key) ?? ask(verifier, password);
    known.set(key, answer);
    return answer;
  };
}

/** A reader's login, which takes as long as it takes. */
async function logsIn(
  { port, host, database }: DatabaseAddress,
  { username, password }: RotatingValue,
): Promise<boolean> {
  const client = new Client({ port, host, database, user: String(username), password: String(password) });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "28P01") return false;
    throw error;
  } finally {
    await client.end();
  }
}

/** A database with the two users of examples/rotation-postgres. */
export async function databaseOfTwo(): Promise<PostgresServer> {
  const server = await startPostgres();
  await server.query(readFileSync(join(__dirname, "../../../examples/rotation-postgres/users.sql"), "utf8"));
  return server;
}

/** One after the other on the same server: each begins with its first user alone. */
export async function postgres(server: PostgresServer, strategy: "alternating users" | "single user"): Promise<Target> {
  const password = newSecret();
  await server.query(
    `ALTER ROLE payments_a PASSWORD '${verifierOf({ password })}'; ALTER ROLE payments_b PASSWORD NULL`,
  );
  const isIts = remembered(isOf);
  return {
    example: "rotation-postgres",
    port: server.port,
    given: (port) => ({
      config: {
        ...common,
        secretName: "payments/database",
        strategy,
        firstUser: "payments_a",
        secondUser: "payments_b",
        sslMode: "disable",
      },
      first: { host: server.host, port, dbname: server.database, username: "payments_a", password },
    }),
    login: (value) => logsIn(server, value),
    unknown: async (values) => {
      const users = await server.query(
        "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'payments%' AND rolpassword IS NOT NULL",
      );
      const isKnown = (user: unknown, verifier: unknown): boolean =>
        values.some((value) => value["username"] === user && isIts(String(verifier), String(value["password"])));
      return users.filter(({ rolname, rolpassword }) => !isKnown(rolname, rolpassword)).length;
    },
    stop: () => Promise.resolve(),
  };
}

const targetOf = (example: string, api: ApiOfKeys, first: RotatingValue): Target => ({
  example,
  port: api.port,
  given: (port) => ({
    config: { ...common, secretName: "payments/api-key", apiAddress: `http://127.0.0.1:${port.toString()}` },
    first,
  }),
  login: async (value) => (await api.statusOf(String(value["value"]))) === 204,
  unknown: (values) => Promise.resolve(api.keys().filter((key) => !values.some(({ value }) => value === key)).length),
  stop: api.stop,
});

export async function keysOfApi(keys: "two keys" | "one key"): Promise<Target> {
  const value = newSecret();
  switch (keys) {
    case "two keys":
      return targetOf("rotation", await startApi(value), { value });
    case "one key":
      return targetOf("rotation-single-key", await startApiOfOneKey(value), { value });
    default:
      return keys satisfies never;
  }
}

/** A PostgreSQL database whose login is a value with `host`, `port`, `dbname`, `username` and `password`. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

import type { RotatingValue } from "homing";
import { Client } from "pg";

/** Needs no quotes, whatever a reader writes it into. */
export const newPassword = (): string => randomBytes(32).toString("hex");

/**
 * What the server keeps of a password, as libpq's PQencryptPasswordConn makes it: the password itself is then in no
 * statement, and so in no log of statements. Right for a password of ASCII letters and digits.
 */
export function verifierOf({ password }: RotatingValue): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(String(password), salt, iterations, 32, "sha256");
  const keyOf = (name: string): Buffer => createHmac("sha256", salted).update(name).digest();
  const stored = createHash("sha256").update(keyOf("Client Key")).digest("base64");
  const server = keyOf("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations.toString()}:${salt.toString("base64")}$${stored}:${server}`;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

/** How long a login may take, and how long a statement: a call that began in an attempt's time has ended before the next. */
const limitMs = 5_000;

/**
 * Logs in with a value and does something, unless the attempt's time is over.
 *
 * @returns `denied` if the database does not accept the password; any other failure says nothing about it, and is thrown
 */
export async function loggedIn<T>(
  value: RotatingValue,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
): Promise<T | "denied"> {
  signal.throwIfAborted();
  const client = new Client({
    host: String(value["host"]),
    port: Number(value["port"]),
    database: String(value["dbname"]),
    user: String(value["username"]),
    password: String(value["password"]),
    connectionTimeoutMillis: limitMs,
    // By the server: a statement that waits for a lock would be done when nobody expects it any more.
    statement_timeout: limitMs,
  });
  // A connection that breaks says so here, too: without a listener that would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    if (codeOf(error) === "28P01") return "denied";
    throw error;
  } finally {
    await client.end();
  }
}

/** Whether the database accepts a value, by a connection of its own. */
export const accepts = async (value: RotatingValue, signal: AbortSignal): Promise<boolean> =>
  (await loggedIn(value, signal, () => Promise.resolve("accepted" as const))) === "accepted";

/** Runs a statement that sets a password. The server refuses a value that its rules for passwords don't allow. */
export async function setBy(client: Client, statement: string, values: readonly string[]): Promise<"set" | "refused"> {
  try {
    await client.query(statement, [...values]);
    return "set";
  } catch (error) {
    if (codeOf(error) === "22023") return "refused";
    throw error;
  }
}

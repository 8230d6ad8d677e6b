import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { answersOk, startProcess, withFreePort } from "./processes";
import type { RunningProcess } from "./processes";
import type { ServerTool } from "./tools";

/** What a Vault or OpenBao server is started with. */
export interface VaultServerOptions {
  readonly tools: { readonly server: ServerTool };
  /** The server writes here and nowhere else: its log, its audit log, its home and temporary files. */
  readonly directory: string;
  /** Default: a free port. The port after it has to be free too, the server takes both. */
  readonly port?: number;
}

/** A running development server: unsealed, in memory, plain HTTP on 127.0.0.1. */
export interface VaultServer {
  readonly kind: ServerTool["kind"];
  readonly address: string;
  /** The root token, random for each start. */
  readonly token: string;
  readonly pid: number;
  readonly unsealKey: string;
  /** File of the audit device that is enabled from the start: one JSON object a line. */
  readonly auditLog: string;
  readonly logFile: string;
  readonly exited: RunningProcess["exited"];
  readonly stop: () => Promise<void>;
}

const READY_WITHIN_MS = 60_000;
// Vault talks to its plugins over a socket in its temporary folder; systems allow 103 to 107 bytes for such a path, and
// "/plugin1234567890" comes after the folder.
const MOST_BYTES_BEFORE_SOCKET = 84;

/**
 * Starts a real `vault server -dev` or `bao server -dev` with a file audit device, and returns when its root token works.
 * @throws with the end of the server's log when it does not become ready within a minute
 */
export async function startVault(options: VaultServerOptions): Promise<VaultServer> {
  const { port } = options;
  if (port !== undefined) return startVaultOn(port, options);
  return withFreePort(2, (free) => startVaultOn(free, options));
}

async function startVaultOn(port: number, { tools, directory }: VaultServerOptions): Promise<VaultServer> {
  const home = join(directory, "home");
  const temporary = join(directory, "tmp");
  for (const folder of [home, temporary]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const address = `http://127.0.0.1:${port}`;
  const token = randomBytes(24).toString("base64url");
  const auditLog = join(directory, "audit.log");
  const logFile = join(directory, `${tools.server.kind}-${port}.log`);
  const running = await startProcess({
    name: tools.server.kind,
    command: tools.server.binary,
    args: serverArguments(tools.server, directory, port, auditLog),
    env: serverEnvironment(tools.server, token, home, temporary),
    cwd: directory,
    logFile,
    ready: async () => unsealKeyOf(logFile) !== undefined && (await tokenWorks(address, token)),
    timeoutMs: READY_WITHIN_MS,
  });
  try {
    if (tools.server.kind === "vault") await enableAudit(address, token, auditLog);
    const unsealKey = unsealKeyOf(logFile);
    if (unsealKey === undefined) throw new Error(`no unseal key in ${logFile}`);
    const { pid, exited } = running;
    return { kind: tools.server.kind, address, token, pid, unsealKey, auditLog, logFile, exited, stop: running.stop };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function serverArguments(server: ServerTool, directory: string, port: number, auditLog: string): string[] {
  const args = ["server", "-dev", "-dev-no-store-token", `-dev-listen-address=127.0.0.1:${port}`];
  if (server.kind === "openbao") {
    // OpenBao refuses to create an audit device by its API; it takes them from its configuration only.
    const configuration = join(directory, "audit.hcl");
    writeFileSync(configuration, auditConfiguration(auditLog));
    return [...args, `-config=${configuration}`];
  }
  // Vault runs no plugin whose folder is reached by a link.
  return server.pluginDirectory === undefined
    ? args
    : [...args, `-dev-plugin-dir=${realpathSync(server.pluginDirectory)}`];
}

function auditConfiguration(auditLog: string): string {
  // HCL reads a JSON string as its own, except that "${" would begin an interpolation.
  const path = JSON.stringify(auditLog).replaceAll("${", "$${");
  return `audit "file" "file" {\n  options {\n    file_path = ${path}\n    mode = "0600"\n  }\n}\n`;
}

function serverEnvironment(
  server: ServerTool,
  token: string,
  home: string,
  temporary: string,
): Readonly<Record<string, string>> {
  const common = { PATH: "/usr/bin:/bin", HOME: home, TMPDIR: temporary };
  if (server.kind === "openbao") return { ...common, BAO_DEV_ROOT_TOKEN_ID: token };
  if (server.pluginDirectory !== undefined && Buffer.byteLength(temporary) > MOST_BYTES_BEFORE_SOCKET) {
    throw new Error(
      `${temporary} is too long for the sockets of Vault's plugins (at most ${MOST_BYTES_BEFORE_SOCKET} bytes): ` +
        `move the checkout to a folder with a shorter path`,
    );
  }
  return { ...common, VAULT_DEV_ROOT_TOKEN_ID: token };
}

/** The server answers its health check before its root token is the one that was asked for, so the token is tried. */
function tokenWorks(address: string, token: string): Promise<boolean> {
  return answersOk(`${address}/v1/auth/token/lookup-self`, { "X-Vault-Token": token });
}

function unsealKeyOf(logFile: string): string | undefined {
  if (!existsSync(logFile)) return undefined;
  return [...readFileSync(logFile, "utf8").matchAll(/^Unseal Key: (\S+)$/gm)].at(-1)?.[1];
}

async function enableAudit(address: string, token: string, auditLog: string): Promise<void> {
  const response = await fetch(`${address}/v1/sys/audit/file`, {
    method: "PUT",
    headers: { "X-Vault-Token": token },
    body: JSON.stringify({ type: "file", options: { file_path: auditLog, mode: "0600" } }),
    redirect: "error",
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) {
    throw new Error(`the audit device cannot be enabled (HTTP ${response.status}): ${await response.text()}`);
  }
}

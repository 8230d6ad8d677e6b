import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { startCloud } from "../../../local/cloud";
import type { CloudOptions, LocalCloud } from "../../../local/cloud";
import type { System } from "../../../local/system";
import { auditLog } from "./auditLog";
import type { AuditLog } from "./auditLog";
import { clientsOf } from "./clients";
import type { Clients } from "./clients";
import { evidence } from "./evidence";
import { moverLog } from "./moverLog";
import type { MoverLog } from "./moverLog";
import { sourcesOf } from "./sources";
import type { Sources } from "./sources";
import { homesOf, vaultApi } from "./vaultApi";
import type { Homes, VaultApi } from "./vaultApi";

/** A running local cloud and everything that tests look at it with. */
export interface Bench {
  readonly cloud: LocalCloud;
  /** As the last `up` left it. */
  readonly system: () => System;
  /** Clients of the account's root. */
  readonly clients: Clients;
  readonly sources: Sources;
  readonly log: MoverLog;
  /** Vault as its root. */
  readonly vault: VaultApi;
  readonly homes: Homes;
  /** Path of a home below the mount; `encoded` is the name as it stands in a path. */
  readonly home: (encoded: string) => string;
  readonly audit: AuditLog;
  /** A text that occurs in every planted value, in this run only. */
  readonly canary: string;
  /** All that the engine has printed. */
  readonly engineOutput: () => string;
}

/** Settings that every cloud of the system tests starts with, so that all reasons can be seen without an update. */
const settings = {
  modeRules: JSON.stringify([{ pattern: "copied/*", mode: "copy" }]),
  exemptNames: JSON.stringify(["exempt/*"]),
  serviceReadNames: JSON.stringify(["read-by-service/*"]),
  ownerTags: JSON.stringify(["managed-by"]),
  // A container waits between deletes for its share of this rate; the default would cost each test a second.
  deletesPerSecond: "25",
  // The emulator unpacks the archive's thousands of files for every container, which costs more than a second's work.
  maxConcurrency: "2",
};

/** What tells the tests' clouds apart; settings are beside those of all of them. */
export type BenchOptions = Pick<CloudOptions, "name" | "login" | "server" | "settings" | "engineEnvironment">;

/** Starts a cloud; whoever calls it ends it. */
export async function startBench(options: BenchOptions): Promise<Bench> {
  const printed: string[] = [];
  const cloud = await startCloud({
    ...options,
    mode: "move",
    settings: { ...settings, ...options.settings },
    progress: () => undefined,
    onEngineOutput: (text) => printed.push(text),
  });
  const system = cloud.system();
  const clients = clientsOf(system);
  const vault = vaultApi(system.vaultAddress, system.vaultToken);
  const sources = sourcesOf(clients, system.queueUrl);
  return {
    cloud: {
      ...cloud,
      stop: async () => {
        clients.destroy();
        await cloud.stop();
      },
    },
    system: cloud.system,
    clients,
    sources,
    log: moverLog(clients.logs, system.logGroupName, (secret) =>
      evidence(secret, {
        sources,
        sqs: clients.sqs,
        queueUrl: system.queueUrl,
        emulatorDirectory: join(cloud.directory, "aws"),
      }),
    ),
    vault,
    homes: homesOf(vault, system.mount),
    home: (encoded) => `${system.homePrefix}/${system.account}/${system.region}/${encoded}`,
    audit: auditLog(system.vaultAuditLog),
    canary: `canary${randomBytes(12).toString("hex")}`,
    engineOutput: () => printed.join(""),
  };
}

/**
 * Starts a cloud before the tests of the suite it is called in, and ends it after them.
 *
 * @returns the bench, for use inside tests and hooks
 */
export function useCloud(options: BenchOptions): () => Bench {
  let bench: Bench | undefined;
  before(async function () {
    // The first start of all installs what is missing, a compiler's work included.
    this.timeout(30 * 60_000);
    bench = await startBench(options);
  });
  after(async function () {
    this.timeout(180_000);
    await bench?.cloud.stop();
  });
  return () => {
    if (bench === undefined) throw new Error("the cloud is not running");
    return bench;
  };
}

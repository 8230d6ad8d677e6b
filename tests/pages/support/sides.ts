/** What is true on both servers, for the checks after each command. */
import * as assert from "node:assert/strict";

import { GetFunctionConfigurationCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";

import { readEnvironment } from "../../../runtime/shared/environment";
import type { MoverSettings } from "../../../runtime/shared/environment";
import { clientsOf } from "../../system/support/clients";
import { moverLog } from "../../system/support/moverLog";
import type { Expected } from "../../system/support/moverLog";
import { sourcesOf } from "../../system/support/sources";
import { homesOf, vaultApi } from "../../system/support/vaultApi";
import type { Homes, VaultApi } from "../../system/support/vaultApi";
import { account } from "./servers";
import type { PageServers } from "./servers";

/** The secrets of one region, and what a mover makes of them. */
export interface Region {
  /** Creates a secret whose value is told by its name. @returns its ARN */
  readonly create: (name: string) => Promise<string>;
  /** Sets the time of a secret's deletion so far back that an undo is taken for one. */
  readonly ageDeletion: (name: string) => Promise<void>;
  /** Gives a secret another value. @returns its ARN */
  readonly change: (name: string) => Promise<string>;
  /** Waits for an outcome of a secret. */
  readonly outcome: (arn: string, expected: Expected) => Promise<void>;
  /** Checks that the home holds the value of {@link Region.create} or {@link Region.change}, or that there is none. */
  readonly home: (name: string, state: "equal" | "changed" | "absent") => Promise<void>;
  readonly source: (arn: string, state: "there" | "scheduled for deletion") => Promise<void>;
  readonly functions: () => Promise<readonly string[]>;
  /** What the mover is told by its environment. */
  readonly settings: () => Promise<MoverSettings>;
}

export interface Sides {
  readonly vault: VaultApi;
  readonly homes: Homes;
  readonly region: (region: string, stack: string) => Region;
  readonly close: () => void;
}

const valueOf = (name: string): string => `the value of ${name}`;
const changedValueOf = (name: string): string => `${valueOf(name)}, changed`;

export function sidesOf({ emulator, proxy, vaults }: PageServers): Sides {
  const vault = vaultApi(vaults.main.address, vaults.main.token);
  const homes = homesOf(vault, "homing");
  const opened: { readonly destroy: () => void }[] = [];
  return {
    vault,
    homes,
    region(region, stack) {
      const clients = clientsOf({ region, awsEndpoint: emulator.endpoint, cloudTrailEndpoint: proxy.endpoint });
      opened.push(clients);
      const sources = sourcesOf(clients, "");
      const log = moverLog(clients.logs, `/aws/lambda/homing-${stack}-${region}`);
      return {
        create: async (name) => (await sources.create(name, valueOf(name))).arn,
        ageDeletion: (name) => sources.ageDeletion(name),
        async change(name) {
          const { ARN = "" } = await sources.describe(name);
          await sources.put(ARN, changedValueOf(name));
          return ARN;
        },
        async outcome(arn, expected) {
          await log.outcome(arn, expected);
        },
        async home(name, state) {
          const home = await homes.read(`aws/${account}/${region}/${name}`);
          const values = {
            equal: { value: valueOf(name) },
            changed: { value: changedValueOf(name) },
            absent: undefined,
          };
          assert.deepEqual(home?.data, values[state], name);
        },
        async source(arn, state) {
          assert.equal(await sources.isScheduled(arn), state === "scheduled for deletion", arn);
        },
        async functions() {
          const { Functions = [] } = await clients.lambda.send(new ListFunctionsCommand({}));
          return Functions.map(({ FunctionName = "" }) => FunctionName).sort();
        },
        async settings() {
          const FunctionName = `homing-${stack}-${region}`;
          const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
          return readEnvironment(Environment?.Variables ?? {});
        },
      };
    },
    close() {
      for (const clients of opened) clients.destroy();
    },
  };
}

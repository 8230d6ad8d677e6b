/** Secrets of every kind that a screen tells of, in one folder for each view, so that each view sees the same. */
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";

import type { Bench } from "../../system/support/bench";
import { eventually } from "../../system/support/eventually";
import type { View } from "./kept";

/** Names of the same length, so that lines break at the same places. */
export const folders: Readonly<Record<View, string>> = { 80: "dev", 160: "ops", pipe: "lab" };

/** More than the mover gets at once: five for each of its two containers. */
export const many = 14;

/** Creates them without an event, so that nobody moves them before a person does. */
export async function createAll({ clients, homes, home, canary }: Bench): Promise<void> {
  for (const folder of Object.values(folders)) {
    const create = async (name: string, value: string | Uint8Array, tags: Readonly<Record<string, string>> = {}) => {
      const content = typeof value === "string" ? { SecretString: value } : { SecretBinary: value };
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await clients.silent.send(new CreateSecretCommand({ Name: `${folder}/${name}`, ...content, Tags }));
    };
    await create("hello", JSON.stringify({ user: "me", password: canary }));
    await create("bytes", Buffer.from(`${canary}\u0000`, "latin1"));
    await create("terraformed", canary, { "managed-by": "terraform" });
    await create("audit", canary, { "vault-mover-mode": "audit" });
    await create("typo", canary, { "vault-mover-mode": "mvoe" });
    await homes.write(home(`${folder}/conflict`), { value: `${canary} of a person` });
    await create("conflict", canary);
    for (let index = 0; index < many; index += 1) {
      await create(`many/${index.toString().padStart(2, "0")}`, `${canary} ${index}`);
    }
  }
}

/** Whether the mover reads its queue. While it does not, a run stands still, however fast the machine is. */
export async function setReading({ clients: { lambda }, system }: Bench, Enabled: boolean): Promise<void> {
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  const { UUID } =
    EventSourceMappings.find(({ FunctionArn = "" }) => FunctionArn.includes(system().functionName)) ?? {};
  if (UUID === undefined) throw new Error("the mover has no queue");
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
}

/** Waits until the mover has moved so many secrets of the stopped run. */
export const movedOf = ({ sources }: Bench, names: readonly string[]): Promise<true> =>
  eventually(
    async () => ((await Promise.all(names.map(sources.isScheduled))).every(Boolean) ? true : undefined),
    () => Promise.resolve(`not all are moved: ${names.join(", ")}`),
  );

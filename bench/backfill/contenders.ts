/** The two that move the same kind of secrets between the same servers: the mover, and a bare loop of its calls. */
import { join } from "node:path";

import { lambdaNode, startContainer } from "../../tests/bundle/support/container";
import type { Answered, Container } from "../../tests/bundle/support/container";
import { workOff } from "../container";
import { startHop } from "../hops/hop";
import { templateOf } from "../hops/template";
import type { Subject, TemplateCall } from "../hops/template";
import { small } from "../subjects";
import type { World } from "./world";

const bench = join(__dirname, "..");

/**
 * Starts a script of the checkout.
 *
 * @param memory in MiB; default: no limit that would matter
 * @param options more of Node's options
 */
export async function startScript(
  file: string,
  env: Readonly<Record<string, string>>,
  memory = 2_048,
  options: readonly string[] = [],
): Promise<Container> {
  return startContainer({
    node: await lambdaNode(),
    directory: join(bench, ".."),
    file: join("bench", file),
    memory,
    env,
    options: [...options, "--require", "sucrase/register/ts"],
  });
}

/** What a move of this world consists of, and a token that Vault takes for the mover's. */
export interface Recorded {
  readonly template: readonly TemplateCall[];
  readonly token: string;
}

/** Moves two secrets behind hops; the second, for which nothing has to be logged in, is the template. */
export async function recordMove(world: World, name: string): Promise<Recorded> {
  // Long enough to see which calls wait for which.
  const hops = await Promise.all([startHop(world.secretsManager, 10), startHop(world.vault, 10)]);
  const [aws, vault] = hops;
  const mover = await startScript("backfill/mover.ts", {
    ...world.environment,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.address,
    HOMING_VAULT_ADDRESS: vault.address,
  });
  try {
    await workOff(mover, { secrets: [(await world.put(`${name}/first`, small)).arn], concurrency: 1 });
    for (const hop of hops) hop.hops.length = 0;
    const subject = await world.put(`${name}/template`, small);
    await workOff(mover, { secrets: [subject.arn], concurrency: 1 });
    const token = vault.hops[0]?.headers["x-vault-token"];
    if (typeof token !== "string") throw new Error("the recorded move made no call to Vault");
    return { template: templateOf([...aws.hops, ...vault.hops], subject), token };
  } finally {
    await mover.stop();
    for (const hop of hops) await hop.stop();
  }
}

export interface Contenders {
  /** Move all of them, so many at once. @throws when one does not end as moved */
  readonly ours: (secrets: readonly Subject[]) => Promise<Answered>;
  readonly bare: (secrets: readonly Subject[]) => Promise<Answered>;
  readonly callsOfMove: number;
  readonly stop: () => Promise<void>;
}

export async function startContenders(world: World, name: string, concurrency: number): Promise<Contenders> {
  const { template, token } = await recordMove(world, name);
  const [mover, loop] = await Promise.all([
    startScript("backfill/mover.ts", world.environment),
    startScript("bare/replay.js", world.environment),
  ]);
  return {
    ours: async (secrets) => {
      const answered = await workOff(mover, { secrets: secrets.map(({ arn }) => arn), concurrency });
      const { moved = 0, ...others } = answered.answer as Readonly<Record<string, number>>;
      if (moved !== secrets.length)
        throw new Error(`of ${secrets.length} secrets not all moved: ${JSON.stringify(others)}`);
      return answered;
    },
    bare: (secrets) => workOff(loop, { template, secrets, concurrency, vault: world.vault, token }),
    callsOfMove: template.length,
    stop: async () => {
      await Promise.all([mover.stop(), loop.stop()]);
    },
  };
}

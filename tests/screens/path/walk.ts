/** The path of a person who tries the program: what is typed, what the screen shows, and both sides before and after. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  ReplicateSecretToRegionsCommand,
} from "@aws-sdk/client-secrets-manager";

import { runHere } from "../../cli/support/homing";
import { drained } from "../../system/support/drained";
import type { Bench } from "../../system/support/bench";
import { homing } from "../support/homing";
import { atTerminal, enter } from "../support/terminal";
import { readSides } from "./sides";
import type { Sides, Value } from "./sides";

/** One command of the path. */
export interface Screen {
  readonly typed: string;
  readonly code: number | null;
  readonly shown: string;
  readonly before: Sides;
  readonly after: Sides;
}

export const folder = "path";
const asItIs = (text: string): string => text;

/** Kinds of secrets; of the last two somebody wrote another value into Vault before. */
const valuesOf = (canary: string): Readonly<Record<string, Value>> => ({
  [`${folder}/binary`]: Buffer.from(`${canary}\u0000`, "latin1"),
  [`${folder}/exempt`]: canary,
  [`${folder}/object`]: JSON.stringify({ user: "me", password: canary }),
  [`${folder}/replicated`]: canary,
  [`${folder}/text`]: canary,
  [`${folder}/theirs`]: canary,
  [`${folder}/wrong`]: canary,
});

async function createAll({ clients: { silent }, homes, home, canary }: Bench): Promise<void> {
  for (const [Name, value] of Object.entries(valuesOf(canary))) {
    const content = typeof value === "string" ? { SecretString: value } : { SecretBinary: value };
    const Tags = Name.endsWith("/exempt") ? [{ Key: "vault-mover-mode", Value: "exempt" }] : [];
    await silent.send(new CreateSecretCommand({ Name, ...content, Tags }));
  }
  const AddReplicaRegions = [{ Region: "eu-west-1" }];
  await silent.send(new ReplicateSecretToRegionsCommand({ SecretId: `${folder}/replicated`, AddReplicaRegions }));
  for (const name of ["theirs", "wrong"])
    await homes.write(home(`${folder}/${name}`), { value: `${canary} of a person` });
}

/** A plan is about what a run would do, so where one follows it is held against what that came to. */
const withPromises = (screens: readonly Screen[]): readonly Screen[] =>
  screens.map((screen, index) => {
    const next = screens[index + 1];
    const isPromise = screen.typed.startsWith("npx homing plan") && next?.typed.startsWith("npx homing move") === true;
    return isPromise ? { ...screen, after: next.after } : screen;
  });

/**
 * Walks it.
 *
 * @param env of the person, whose token of Vault is an operator's
 */
export async function walk(bench: Bench, env: Readonly<Record<string, string>>): Promise<readonly Screen[]> {
  await createAll(bench);
  const screens: Screen[] = [];
  const sides = (): Promise<Sides> => readSides(bench, valuesOf(bench.canary));

  async function look(typed: string, run: () => Promise<Pick<Screen, "code" | "shown">>): Promise<void> {
    const before = await sides();
    const { code, shown } = await run();
    // A change makes events, and what the mover makes of them belongs to it.
    await bench.cloud.drain();
    await drained(bench);
    screens.push({ typed, code, shown, before, after: await sides() });
  }
  /** A command behind a pipe. */
  const type = (typed: string): Promise<void> =>
    look(typed, async () => {
      const { code, out, err } = await runHere(typed.split(" ").slice(2), env);
      return { code, shown: `${err}\n${out}` };
    });
  /** A command at a terminal, with the answer to its question. */
  const answer = (typed: string, at: string, words: string): Promise<void> =>
    look(typed, async () => {
      const { code, screen } = await atTerminal(homing(typed, env), 80, [{ at, keys: `${words}${enter}` }], asItIs);
      return { code, shown: screen };
    });

  await type(`npx homing plan --name ${folder}/*`);
  await answer(`npx homing move --name ${folder}/*`, "Type yes: ", "yes");
  await type(`npx homing status --name ${folder}/*`);
  await type(`npx homing log ${folder}/text`);
  await type(`npx homing undo ${folder}/text --yes`);
  await type(`npx homing undo --since 2h --name ${folder}/object --yes`);
  await type(`npx homing plan --name ${folder}/*`);
  await type(`npx homing move --name ${folder}/* --yes`);
  await type(`npx homing log ${folder}/text`);
  await type(`npx homing resolve ${folder}/theirs`);
  await answer(`npx homing resolve ${folder}/theirs --take`, "the secret's name: ", `${folder}/theirs`);
  await type(`npx homing resolve ${folder}/wrong --keep --yes`);
  await type(`npx homing verify --name ${folder}/*`);
  await type(`npx homing plan --name ${folder}/*`);
  await type(`npx homing release ${folder}/text --yes`);
  await type(`npx homing plan --name ${folder}/*`);
  await type(`npx homing move --name ${folder}/* --yes`);
  const ended = { SecretId: `${folder}/binary`, ForceDeleteWithoutRecovery: true };
  await bench.clients.silent.send(new DeleteSecretCommand(ended));
  await type(`npx homing restore ${folder}/binary --yes`);
  await type(`npx homing status --name ${folder}/*`);
  await type(`npx homing verify --name ${folder}/*`);
  return withPromises(screens);
}

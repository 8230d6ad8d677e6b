/** The corpus on a local cloud, moved by one contender, and what became of every secret. */
import { CreateSecretCommand, DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { emulatorAccount } from "../../local/emulator";
import type { System } from "../../local/system";
import { isAnswerable } from "../../tests/corpus/planted";
import { rawAnswer, rawData } from "../../tests/corpus/rawHome";
import { corpus } from "../../tests/corpus/table";
import type { CorpusRow } from "../../tests/corpus/table";
import { vaultApi } from "../../tests/system/support/vaultApi";
import { fateOf } from "./judge";
import type { Fate } from "./judge";

/** What Secrets Manager takes and the emulator can give back. */
export const rows: readonly CorpusRow[] = corpus.filter((row) => row.becomes.is !== "impossible" && isAnswerable(row));

export interface Contender {
  /** A region of its own, so that all can be given the same names. */
  readonly region: string;
  readonly mount: string;
  /** A home's path below the mount; undefined: there can't be one. */
  readonly pathOf: (row: CorpusRow) => string | undefined;
  readonly run: (arns: readonly string[]) => Promise<unknown>;
}

export interface CorpusResult {
  readonly fates: readonly Fate[];
  /** Whether what a person had in Vault before is still there. */
  readonly foreignKept: boolean;
}

/** A secret at whose home a person keeps something of their own. */
const taken: CorpusRow = {
  what: "a home that is taken",
  name: "taken/by-a-person",
  path: "taken/by-a-person",
  value: { type: "string", string: "of the source" },
  becomes: { is: "stays", outcome: "refused", reason: "home-conflict" },
};
const ofAPerson = '{"owner":"a person"}';

async function readHome(system: System, mount: string, path: string | undefined): Promise<string | undefined> {
  const answer = path === undefined ? undefined : await rawAnswer({ ...system, mount }, path);
  return answer === undefined ? undefined : rawData(answer).toString("utf8");
}

export async function runCorpus(system: System, { region, mount, pathOf, run }: Contender): Promise<CorpusResult> {
  const { accessKeyId, secretAccessKey } = emulatorAccount;
  const client = new SecretsManagerClient({
    // Without the hop that makes CloudTrail's events.
    endpoint: system.awsEndpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
  });
  try {
    const arns: string[] = [];
    for (const { name, value } of [...rows, taken]) {
      const content = value.type === "string" ? { SecretString: value.string } : { SecretBinary: value.bytes };
      const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: name, ...content }));
      arns.push(ARN);
    }
    const home = pathOf(taken) ?? "";
    await vaultApi(system.vaultAddress, system.vaultToken).write(`${mount}/data/${home}`, {
      data: JSON.parse(ofAPerson) as unknown,
    });

    await run(arns);

    const fates: Fate[] = [];
    for (const [index, row] of rows.entries()) {
      const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: arns[index] }));
      const data = await readHome(system, mount, pathOf(row));
      fates.push(fateOf(row.value, { data, scheduled: DeletedDate !== undefined }));
    }
    return { fates, foreignKept: (await readHome(system, mount, home)) === ofAPerson };
  } finally {
    client.destroy();
  }
}

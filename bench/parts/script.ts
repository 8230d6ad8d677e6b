/** Against the script that an engineer would write in an afternoon: what each keeps, and how fast. */
import type { LocalCloud } from "../../local/cloud";
import type { System } from "../../local/system";
import { vaultApi } from "../../tests/system/support/vaultApi";
import { startScript } from "../backfill/contenders";
import { cloudWorld } from "../backfill/world";
import type { World } from "../backfill/world";
import { workOff } from "../container";
import type { Figure } from "../figures";
import { rows, runCorpus } from "../script/corpusRun";
import type { Contender, CorpusResult } from "../script/corpusRun";
import { scriptPython } from "../script/environment";
import { pathOfScript, runScript } from "../script/run";
import { small } from "../subjects";
import type { Context, Part } from "./part";

const threads = 16;
const rounds = 3;
const ofARound = 100;
const mounts = { plain: "script-plain", check: "script-check", rate: "script-rate" } as const;

async function makeMounts({ vaultAddress, vaultToken }: System): Promise<void> {
  const vault = vaultApi(vaultAddress, vaultToken);
  for (const mount of Object.values(mounts)) {
    await vault.write(`sys/mounts/${mount}`, { type: "kv", options: { version: "2" } });
    // A new mount refuses writes until it has been upgraded to version 2.
    while ((await vault.request("POST", `${mount}/data/ready`, { data: {} })).status === 400) continue;
  }
}

function fateFigures(name: string, { fates, foreignKept }: CorpusResult, goal: boolean): readonly Figure[] {
  const count = (...wanted: readonly string[]): readonly number[] => [
    fates.filter((fate) => wanted.includes(fate)).length,
  ];
  const movable = rows.filter(({ becomes }) => becomes.is === "moved").length;
  return [
    {
      name: `${name}: exactly in Vault`,
      unit: "",
      samples: count("moved", "copied"),
      ...(goal ? { goal: { atLeast: movable } } : {}),
    },
    { name: `${name}: left at the source`, unit: "", samples: count("kept") },
    {
      name: `${name}: source deleted without an exact copy`,
      unit: "",
      samples: count("lost"),
      ...(goal ? { goal: { atMost: 0 } } : {}),
    },
    {
      name: `${name}: somebody's data in Vault overwritten`,
      unit: "",
      samples: [foreignKept ? 0 : 1],
      ...(goal ? { goal: { atMost: 0 } } : {}),
    },
  ];
}

async function measureCorpus(cloud: LocalCloud, world: World, python: string): Promise<readonly Figure[]> {
  const system = cloud.system();
  const mover = await startScript("backfill/mover.ts", world.environment);
  const script = (region: string, mount: string, check: boolean): Contender => ({
    region,
    mount,
    pathOf: ({ name }) => pathOfScript(mount, name),
    run: () => runScript(python, system, { region, mount, check }),
  });
  try {
    const ours = await runCorpus(system, {
      region: system.region,
      mount: system.mount,
      pathOf: ({ path }) =>
        path === undefined ? undefined : `${system.homePrefix}/${system.account}/${system.region}/${path}`,
      run: (secrets) => workOff(mover, { secrets, concurrency: threads }),
    });
    const plain = await runCorpus(system, script("eu-west-1", mounts.plain, false));
    const checked = await runCorpus(system, script("eu-west-2", mounts.check, true));
    return [
      { name: "secrets of the corpus", unit: "", samples: [rows.length] },
      ...fateFigures("mover", ours, true),
      ...fateFigures("script", plain, false),
      ...fateFigures("script with read-back", checked, false),
    ];
  } finally {
    await mover.stop();
  }
}

async function measureRates(cloud: LocalCloud, world: World, python: string): Promise<readonly Figure[]> {
  const system = cloud.system();
  const mover = await startScript("backfill/mover.ts", world.environment);
  const script = async (prefix: string, count: number): Promise<number> => {
    const run = { region: system.region, mount: mounts.rate, prefix, threads: count };
    const { moved, seconds } = await runScript(python, system, run);
    if (moved !== ofARound) throw new Error(`the script moved ${moved} of ${ofARound} secrets`);
    return moved / seconds;
  };
  const ours = async (secrets: readonly string[]): Promise<number> => {
    const { answer, ms } = await workOff(mover, { secrets, concurrency: threads });
    const { moved = 0 } = answer as Readonly<Record<string, number>>;
    if (moved !== ofARound) throw new Error(`the mover moved ${moved} of ${ofARound} secrets`);
    return (moved / ms) * 1_000;
  };
  const rates = { ours: [] as number[], one: [] as number[], many: [] as number[] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      const make = async (name: string): Promise<readonly string[]> => {
        const arns: string[] = [];
        for (let index = 0; index < ofARound; index += 1) {
          arns.push((await world.put(`rate/${name}/${round}/secret-${index}`, small)).arn);
        }
        return arns;
      };
      rates.ours.push(await ours(await make("mover")));
      await make("one");
      rates.one.push(await script(`rate/one/${round}/`, 1));
      await make("many");
      rates.many.push(await script(`rate/many/${round}/`, threads));
    }
  } finally {
    await mover.stop();
  }
  return [
    {
      name: `mover, ${threads} at once`,
      unit: "secrets/s",
      samples: rates.ours,
      note: "it makes about five times the script's calls to the same servers, which take most of the two cores.",
    },
    { name: "script, one after the other", unit: "secrets/s", samples: rates.one },
    { name: `script, ${threads} threads`, unit: "secrets/s", samples: rates.many },
  ];
}

async function measure({ progress, cloud: open }: Context): Promise<readonly Figure[]> {
  const python = await scriptPython(progress);
  const cloud = await open();
  const world = await cloudWorld(cloud);
  await makeMounts(cloud.system());
  progress(`the corpus, ${rows.length} secrets, by the mover and twice by the script`);
  const corpus = await measureCorpus(cloud, world, python);
  progress(`${rounds} rounds of ${ofARound} secrets each`);
  return [...corpus, ...(await measureRates(cloud, world, python))];
}

export const script: Part = {
  name: "script",
  title: "Against an afternoon's script",
  about:
    "`bench/script/afternoon.py`, boto3 and hvac, against the mover's protocol in one process, between the real Vault and the AWS emulator. The corpus is that of `tests/corpus/table`. A copy counts as exact if its text, its bytes, or its keys, values and digits can be had from Vault in any way; whether a reader could tell which of them it is, is not asked. A path of the script's counts as its HTTP client writes it.",
  measure,
};

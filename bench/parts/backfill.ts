/** A backfill from one terminal, against a bare loop of the same calls at the same concurrency. */
import { openStage } from "../../tests/bundle/support/stage";
import { startContenders } from "../backfill/contenders";
import { cloudWorld, fakeWorld } from "../backfill/world";
import type { World } from "../backfill/world";
import type { Figure } from "../figures";
import type { Subject } from "../hops/template";
import { inTurns } from "../statistics";
import type { Pairs } from "../statistics";
import { small } from "../subjects";
import type { Context, Part } from "./part";

const turns = 8;
const concurrency = 16;
const onCloud = 2_000;
/** Fewer, since nothing but processor time is left to vary. */
const onFakes = 1_000;

interface Turn {
  readonly perSecond: number;
  readonly perCoreSecond: number;
}

interface Compared extends Pairs<Turn> {
  readonly secrets: number;
  readonly calls: number;
}

async function compare(world: World, name: string, secrets: number, reset: () => void): Promise<Compared> {
  const ofATurn = secrets / turns;
  let made = 0;
  const fresh = async (count: number): Promise<readonly Subject[]> => {
    const subjects: Subject[] = [];
    for (let index = 0; index < count; index += 1)
      subjects.push(await world.put(`${name}/secret-${(made += 1)}`, small));
    return subjects;
  };
  const contenders = await startContenders(world, name, concurrency);
  try {
    const turn = (run: typeof contenders.ours) => async (): Promise<Turn> => {
      const subjects = await fresh(ofATurn);
      reset();
      const { ms, cpuMs } = await run(subjects);
      return { perSecond: (ofATurn / ms) * 1_000, perCoreSecond: (ofATurn / cpuMs) * 1_000 };
    };
    await contenders.ours(await fresh(100));
    await contenders.bare(await fresh(100));
    const pairs = await inTurns(turns, turn(contenders.ours), turn(contenders.bare));
    return { ...pairs, secrets, calls: contenders.callsOfMove };
  } finally {
    await contenders.stop();
  }
}

function figuresOf({ ours, other, secrets, calls }: Compared, where: string): readonly Figure[] {
  const ratio = ours.map(({ perSecond }, turn) => perSecond / (other[turn]?.perSecond ?? Number.NaN));
  return [
    {
      name: `rate on ${where}, against a bare loop`,
      unit: "",
      samples: ratio,
      goal: { atLeast: 0.9 },
      note: `${secrets.toLocaleString("en-US")} secrets each, in ${turns} turns, ${concurrency} at once; the bare loop makes the ${calls} calls of a recorded move with the same SDK, and decides and compares nothing.`,
    },
    { name: `secrets a second on ${where}`, unit: "", samples: ours.map(({ perSecond }) => perSecond) },
    { name: `the bare loop's on ${where}`, unit: "", samples: other.map(({ perSecond }) => perSecond) },
    {
      name: `secrets a second of one core on ${where}`,
      unit: "",
      samples: ours.map(({ perCoreSecond }) => perCoreSecond),
      note: "by the process's own processor time, the servers' not counted.",
    },
  ];
}

async function measure({ progress, cloud }: Context): Promise<readonly Figure[]> {
  const world = await cloudWorld(await cloud());
  progress(`backfill of ${onCloud} secrets on the local cloud`);
  const real = await compare(world, "backfill", onCloud, () => undefined);
  const stage = await openStage();
  try {
    progress(`backfill of ${onFakes} secrets on in-memory fakes`);
    const fake = await compare(fakeWorld(stage), "fakes", onFakes, stage.forgetCalls);
    return [...figuresOf(real, "the local cloud"), ...figuresOf(fake, "servers that answer at once")];
  } finally {
    await stage.close();
  }
}

export const backfill: Part = {
  name: "backfill",
  title: "A backfill of 2,000 secrets",
  about:
    "The mover's protocol in one process of a terminal, and a bare loop of the same calls, in turns; once between a real Vault and the AWS emulator, where the servers take most of the two cores, once between in-memory fakes on loopback with hops of 0 ms, where nothing but the client's own work is left.",
  measure,
};

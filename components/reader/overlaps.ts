/**
 * The readers and the rotating secrets of one program, so that one can be held against the other whichever is made
 * first: a reader must not use a value for longer than it stays.
 */
import { runtime } from "@pulumi/pulumi";

interface CachingReader {
  readonly is: "reader";
  readonly name: string;
  /** Address, namespace and mount of the Vault. */
  readonly where: string;
  /** The folder of its homes, below the mount. */
  readonly folder: string;
  readonly cacheSeconds: number;
}
interface Rotating {
  readonly is: "rotating";
  readonly name: string;
  readonly where: string;
  readonly home: string;
  readonly overlapSeconds: number;
}

/** Between a read and its use, and between two clocks. */
const marginSeconds = 60;

/** What one run of a program has, by the connection to its engine: a process may run several. */
const known = new WeakMap<object, readonly (CachingReader | Rotating)[]>();

function checkPair(reader: CachingReader, rotating: Rotating): void {
  if (reader.where !== rotating.where || !rotating.home.startsWith(`${reader.folder}/`)) return;
  const least = reader.cacheSeconds + marginSeconds;
  if (reader.cacheSeconds === 0 || rotating.overlapSeconds >= least) return;
  throw new Error(
    `RotatingSecret ${rotating.name}: overlapSeconds is ${rotating.overlapSeconds}, but VaultReader ${reader.name} uses ` +
      `a value for cacheSeconds ${reader.cacheSeconds}: make the overlap at least ${least}`,
  );
}

/**
 * Notes a reader or a rotating secret of this program.
 *
 * @throws when a reader would use a value for longer than its overlap, already in the preview
 */
export function noteOverlap(one: CachingReader | Rotating): void {
  const engine = runtime.getMonitor();
  if (engine === undefined) return;
  const others = known.get(engine) ?? [];
  for (const other of others) {
    if (one.is === "reader" && other.is === "rotating") checkPair(one, other);
    if (one.is === "rotating" && other.is === "reader") checkPair(other, one);
  }
  known.set(engine, [...others, one]);
}

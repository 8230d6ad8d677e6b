/** A part of the measurements: `npm run bench -- <name>` runs it alone. */
import type { LocalCloud } from "../../local/cloud";
import type { Figure, Unmeasured } from "../figures";

export interface Context {
  readonly progress: (line: string) => void;
  /** A local cloud in mode `move` that all parts share; started by the first that asks. */
  readonly cloud: () => Promise<LocalCloud>;
}

export interface Part {
  readonly name: string;
  readonly title: string;
  /** What is measured and how, in a few sentences. */
  readonly about: string;
  readonly measure: (context: Context) => Promise<readonly (Figure | Unmeasured)[]>;
}

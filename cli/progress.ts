/** How far a command is: a bar with rate and time left on a terminal, a plain line now and then in a log. */
import { SingleBar } from "cli-progress";

export interface Progress {
  /** @param text what else there is to say */
  readonly update: (done: number, text?: string) => void;
  readonly stop: () => void;
}

export interface ProgressOptions {
  /** What is counted, as in `secrets looked at`. */
  readonly what: string;
  /** Absent when nobody knows it. */
  readonly total?: number;
}

export type ProgressStart = (options: ProgressOptions) => Progress;

/** How often a log gets a line. */
const logMs = 10_000;

function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const [minutes, rest] = [Math.floor(seconds / 60), Math.ceil(seconds % 60)];
  return minutes >= 60
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : minutes > 0
      ? `${minutes} min ${rest} s`
      : `${rest} s`;
}

/** Rate since the start, and the time left at that rate. */
export function paceOf(done: number, total: number | undefined, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (done * 1_000) / elapsedMs : 0;
  const each = `${rate.toFixed(rate < 10 ? 1 : 0)}/s`;
  return total === undefined || rate === 0 ? each : `${each}, ${clock((total - done) / rate)} left`;
}

function start(
  { what, total }: ProgressOptions,
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  now: () => number,
): Progress {
  const started = now();
  let logged = started;
  if (stream.isTTY === true) {
    const format =
      total === undefined ? `{value} ${what}, {pace}{text}` : `{bar} {value}/{total} ${what}, {pace}{text}`;
    const bar = new SingleBar({ format, stream, hideCursor: true, clearOnComplete: true, barsize: 24, fps: 5 });
    bar.start(total ?? 0, 0, { pace: "", text: "" });
    return {
      update: (done, text = "") => {
        if (total === undefined) bar.setTotal(done);
        bar.update(done, { pace: paceOf(done, total, now() - started), text: text === "" ? "" : `; ${text}` });
      },
      stop: () => {
        bar.stop();
      },
    };
  }
  return {
    update: (done, text = "") => {
      if (now() - logged < logMs) return;
      logged = now();
      const of = total === undefined ? "" : ` of ${total}`;
      stream.write(`${done}${of} ${what}, ${paceOf(done, total, now() - started)}${text === "" ? "" : `; ${text}`}\n`);
    },
    stop: () => undefined,
  };
}

/** @param stream standard error, so that progress stands in no output */
export const progressTo =
  (stream: NodeJS.WritableStream, now: () => number): ProgressStart =>
  (options) =>
    start(options, stream, now);

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

function clock(exact: number): string {
  const seconds = Math.ceil(exact);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return minutes >= 60
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : minutes > 0
      ? `${minutes} min ${rest} s`
      : `${rest} s`;
}

/** The rate at which so many were done in this time, and how long the rest takes at it; absent when nobody knows the rest. */
export function paceOf(done: number, left: number | undefined, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (done * 1_000) / elapsedMs : 0;
  const each = `${rate.toFixed(rate < 10 ? 1 : 0)}/s`;
  return left === undefined || rate === 0 ? each : `${each}, ${clock(left / rate)} left`;
}

/** Over this time the rate is measured, so that what was long ago does not hide that it has become slow or fast. */
const windowMs = 30_000;
const sampleMs = 1_000;

/** @returns a function of how many are done by now, which gives the pace of the last half minute */
export function makePace(total: number | undefined, now: () => number): (done: number) => string {
  const samples = [{ at: now(), done: 0 }];
  return (done) => {
    const at = now();
    if (at - (samples.at(-1)?.at ?? 0) >= sampleMs) samples.push({ at, done });
    // The first that is kept is the last one from before the window.
    while (at - (samples[1]?.at ?? Infinity) >= windowMs) samples.shift();
    const first = samples[0] ?? { at, done };
    return paceOf(done - first.done, total === undefined ? undefined : total - done, at - first.at);
  };
}

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** The last line of a terminal, where the bar is, and what is written above it. */
export interface StatusLine {
  readonly progress: ProgressStart;
  /** Takes the bar away, has something written in its place, and lets the bar come again below it. */
  readonly above: (write: () => void) => void;
}

/** The cursor to the line's beginning, the line empty, and long lines broken as usual. */
const clearBar = "\r\u001b[0K\u001b[?7h";
/** No long lines, which the bar would leave behind; and this line is where the screen goes on when the bar is gone. */
const placeBar = "\u001b[?7l\u001b7";

/** @param stream standard error, so that progress stands in no output */
export function statusLineOn(stream: Stream, now: () => number): StatusLine {
  let bars = 0;

  function bar({ what, total }: ProgressOptions): Progress {
    const pace = makePace(total, now);
    const format =
      total === undefined ? `{value} ${what}, {pace}{text}` : `{bar} {value}/{total} ${what}, {pace}{text}`;
    const shown = new SingleBar({
      format,
      stream,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 20,
      fps: 5,
      // What stood there may have been cleared for a note.
      forceRedraw: true,
      // It would end the bar at a Ctrl-C, over what the command has to say then.
      gracefulExit: false,
    });
    shown.start(total ?? 0, 0, { pace: pace(0), text: "" });
    bars += 1;
    let stopped = false;
    return {
      update: (done, text = "") => {
        if (stopped) return;
        if (total === undefined) shown.setTotal(done);
        shown.update(done, { pace: pace(done), text: text === "" ? "" : `; ${text}` });
      },
      stop: () => {
        if (stopped) return;
        stopped = true;
        bars -= 1;
        shown.stop();
      },
    };
  }

  function log({ what, total }: ProgressOptions): Progress {
    const pace = makePace(total, now);
    let logged = now();
    return {
      update: (done, text = "") => {
        const at = pace(done);
        if (now() - logged < logMs) return;
        logged = now();
        const of = total === undefined ? "" : ` of ${total}`;
        stream.write(`${done}${of} ${what}, ${at}${text === "" ? "" : `; ${text}`}\n`);
      },
      stop: () => undefined,
    };
  }

  return {
    progress: (options) => (stream.isTTY === true ? bar(options) : log(options)),
    above(write) {
      if (bars > 0) stream.write(clearBar);
      write();
      if (bars > 0) stream.write(placeBar);
    },
  };
}

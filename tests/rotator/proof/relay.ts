/** A server's port for a rotator alone: each of its calls passes here, and can be the last. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** What becomes of a call: it goes on, the rotator ends before the server hears of it, or before the answer arrives. */
export type Fate = "goes on" | "is cut off before" | "is cut off after";

export interface Relay {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** What a relay asks, and tells. */
export interface RelayHooks {
  /** Is asked before each piece that the rotator sends: while it waits, the rotator can do nothing more. */
  readonly fate: () => Promise<Fate>;
  /** Ends the rotator, and returns when it is gone. */
  readonly cut: () => Promise<void>;
}

/** Starts one on a free port of loopback, before the server on `port`. */
export async function startRelay(port: number, { fate, cut }: RelayHooks): Promise<Relay> {
  const open = new Set<Socket>();

  async function serve(rotator: Socket): Promise<void> {
    const server = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let answered: (() => void) | undefined;
    for (const socket of [rotator, server]) {
      open.add(socket);
      // Whichever end breaks, so does the other: a rotator that was killed resets its connections.
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        open.delete(socket);
        for (const one of [rotator, server]) one.destroy();
        answered?.();
      });
    }
    server.on("data", (piece) => {
      if (answered === undefined) rotator.write(piece);
      else answered();
    });
    // That the server hangs up is an answer, too: the one to a rotator that says goodbye.
    server.on("end", () => {
      if (answered === undefined) rotator.end();
      else answered();
    });
    for await (const piece of rotator) {
      const then = await fate();
      if (then === "is cut off before") {
        await cut();
        return;
      }
      // Listened for before the piece is sent: the answer can't be missed.
      const answer =
        then === "goes on"
          ? undefined
          : new Promise<void>((resolve) => {
              answered = resolve;
              if (server.destroyed) resolve();
            });
      server.write(piece as Buffer);
      if (answer === undefined) continue;
      await answer;
      await cut();
      return;
    }
    server.end();
  }

  const listening = createServer({ allowHalfOpen: true }, (rotator) => {
    // What is read from a connection that broke is nobody's any more.
    serve(rotator).catch(() => rotator.destroy());
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    port: (listening.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
}

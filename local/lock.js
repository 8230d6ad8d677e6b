"use strict";

const { randomBytes } = require("node:crypto");
const { mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } = require("node:fs");
const { statSync, unlinkSync, utimesSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { performance } = require("node:perf_hooks");

// A lock is a folder with exactly one file, named `<process id>-<random>` after its holder. A folder that already has
// its file is renamed into place, which fails when a held lock is there, so a lock is never seen without a holder.
// A dead holder's lock is taken over by renaming that file: of several waiters only one can succeed.

const POLL_MS = 200;
const BEAT_MS = 5_000;
// A process id can be reused by a stranger, so a living holder must also touch its file. The silence is measured by the
// waiter's own clock: after a laptop's sleep the holder gets as much time to wake up as anybody.
const SILENCE_MS = 60_000;

/** See lock.d.ts. Plain JavaScript, because bootstrap.mjs needs it before TypeScript is installed. */
async function withLock(folder, work, onWait = () => undefined) {
  const release = await holdLock(folder, onWait);
  try {
    return await work();
  } finally {
    release();
  }
}

/** See lock.d.ts. */
async function holdLock(folder, onWait = () => undefined) {
  const owner = `${process.pid}-${randomBytes(6).toString("hex")}`;
  mkdirSync(dirname(folder), { recursive: true });
  await acquire(folder, owner, onWait);
  const beat = setInterval(() => touch(join(folder, owner)), BEAT_MS);
  beat.unref();
  return () => {
    clearInterval(beat);
    release(folder, owner);
  };
}

async function acquire(folder, owner, onWait) {
  let watched;
  for (;;) {
    const holder = readHolder(folder);
    if (holder === undefined) {
      if (create(folder, owner)) return;
    } else {
      const alive = isAlive(holder.pid);
      if (alive && watched?.name !== holder.name) onWait(holder.pid);
      if (watched?.name !== holder.name || watched.beat !== holder.beat) {
        watched = { ...holder, since: performance.now() };
      }
      const silent = performance.now() - watched.since > SILENCE_MS;
      if ((silent || !alive) && takeOver(folder, holder.name, owner)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function readHolder(folder) {
  return attempt(["ENOENT"], () => {
    const name = readdirSync(folder)[0];
    if (name === undefined) return undefined;
    return { name, pid: Number(name.split("-")[0]), beat: statSync(join(folder, name)).mtimeMs };
  });
}

function create(folder, owner) {
  const made = mkdtempSync(`${folder}.`);
  writeFileSync(join(made, owner), "");
  const renamed = attempt(["ENOTEMPTY", "EEXIST"], () => {
    renameSync(made, folder);
    return true;
  });
  if (renamed === undefined) rmSync(made, { recursive: true, force: true });
  return renamed === true;
}

function takeOver(folder, holderName, owner) {
  const renamed = attempt(["ENOENT"], () => {
    renameSync(join(folder, holderName), join(folder, owner));
    return true;
  });
  if (renamed === true) touch(join(folder, owner));
  return renamed === true;
}

function release(folder, owner) {
  attempt(["ENOENT"], () => unlinkSync(join(folder, owner)));
  // Not empty: another process has the lock already, which it may from the line above on.
  attempt(["ENOENT", "ENOTEMPTY", "EEXIST"], () => rmdirSync(folder));
}

function touch(file) {
  const now = new Date();
  attempt(["ENOENT"], () => utimesSync(file, now, now));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The result of `action`, or undefined when it fails with one of `expected`: what another process may cause. */
function attempt(expected, action) {
  try {
    return action();
  } catch (error) {
    if (expected.includes(error.code)) return undefined;
    throw error;
  }
}

module.exports = { holdLock, withLock };

"use strict";

// Loaded into the command line's process before anything else: as soon as so many outcomes were printed, the process
// tells the test and stands still, in the middle of its turn, until the test lets it through. A signal that the test
// sends meanwhile can't find it ended. The command line itself is not changed.
const { readSync, writeSync } = require("node:fs");

const outcomes = Number(process.env.HOMING_GATE_OUTCOMES);
/** A pipe of both directions. The test's end closes to open the gate, by itself if the test's process ends. */
const gate = 3;

const { stdout } = process;
const write = stdout.write.bind(stdout);
let printed = 0;
stdout.write = (text, ...more) => {
  const taken = write(text, ...more);
  if (text.startsWith('{"type":"outcome"') && ++printed === outcomes) {
    writeSync(gate, "held");
    readSync(gate, Buffer.alloc(1));
  }
  return taken;
};

"use strict";

// Loaded into the function's process before anything else: its clock can be put forward from outside, and a test can
// find the process to end it. The function itself is not changed.
const { writeFileSync } = require("node:fs");

writeFileSync(process.env.FAULTS_PID_FILE, process.pid.toString());

const realNow = Date.now.bind(Date);
let aheadMs = 0;
Date.now = () => realNow() + aheadMs;

// First of the listeners, so that the handler already sees the new time.
process.on("message", ({ event }) => {
  aheadMs = event?.aheadMs ?? aheadMs;
});

"use strict";

// Plays Lambda's runtime in a process of its own: loads the function as it is shipped and calls its handler with what
// comes over the channel. Plain JavaScript, because it runs on the function's Node, without any loader.
//   node lambdaRuntime.js FILE EXPORT
const [file, name] = process.argv.slice(2);

/** What is left of a thrown value for its receiver. */
function describe(error) {
  return {
    isError: error instanceof Error,
    name: error?.name,
    message: error?.message,
    hasStack: typeof error?.stack === "string" && error.stack.includes("\n"),
  };
}

function load() {
  const started = performance.now();
  try {
    const handler = require(file)[name];
    process.send({ is: "loaded", ms: performance.now() - started });
    return handler;
  } catch (error) {
    process.send({ is: "failed", error: describe(error) });
    process.disconnect();
    return undefined;
  }
}

const handler = load();

process.on("message", async ({ event, remainingMs }) => {
  const ends = Date.now() + remainingMs;
  const context = { awsRequestId: "request", functionName: "mover", getRemainingTimeInMillis: () => ends - Date.now() };
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  try {
    const answer = await handler(event, context);
    const ms = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    const cpuMs = (user + system) / 1_000;
    process.send({ is: "answered", answer, ms, cpuMs, peakKiB: process.resourceUsage().maxRSS });
  } catch (error) {
    process.send({ is: "failed", error: describe(error) });
  }
});

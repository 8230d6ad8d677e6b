"use strict";

// Preloaded into what bootstrap.mjs starts. The channel closes when the bootstrap process is gone, even when it was
// killed outright and could forward no signal: then this process ends the way it would on that signal.
if (process.channel) {
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}

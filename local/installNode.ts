/** What bootstrap.mjs runs on an older Node: finds the Node 24 that everything else runs on, or installs it. */
import { installNode24 } from "./tools";

installNode24({
  progress: (line) => {
    process.stderr.write(`${line}\n`);
  },
}).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

import { spawn } from "node:child_process";
import { Socket } from "node:net";

/** A helper process that kills the groups it was told of as soon as this process is gone, however it went. */
export interface Watchdog {
  watch(group: number): void;
  forget(group: number): void;
}

// The pipe to its standard input closes with this process, a kill that leaves no time for cleaning up included.
// A shell is used because it needs a hundredth of the memory of another Node process.
const script = `
trap '' INT TERM HUP
groups=
while read -r verb group; do
  if [ "$verb" = watch ]; then
    groups="$groups $group"
  else
    others=
    for g in $groups; do [ "$g" = "$group" ] || others="$others $g"; done
    groups=$others
  fi
done
for g in $groups; do kill -s KILL -- "-$g"; done
`;

/** Starts the helper. It neither keeps this process alive nor is ended by a Ctrl-C in the terminal. */
export function startWatchdog(): Watchdog {
  const shell = spawn("/bin/sh", ["-c", script], {
    cwd: "/",
    env: {},
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const fail = (error: Error): void => {
    process.stderr.write(
      `the process watchdog is gone (${error.message}): a kill of this process may leave servers running\n`,
    );
  };
  shell.once("error", fail);
  shell.stdin.once("error", fail);
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return {
    watch: (group) => shell.stdin.write(`watch ${group}\n`),
    forget: (group) => shell.stdin.write(`forget ${group}\n`),
  };
}

/** Replays a finding of the explorer: `node local/bootstrap.mjs tests/model/replay.ts '<configuration>: <choices>'`. */
import { configurations } from "./configurations";
import { togetherBy } from "./pairs";
import { parseLine, replay } from "./replayer";
import { exploredSafeguards } from "./safeguards";

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<number> {
  const { name, choices } = parseLine(process.argv.slice(2).join(" "));
  const all = [...configurations, ...exploredSafeguards.map(({ configuration }) => configuration)];
  const configuration = all.find((one) => one.name === name) ?? togetherBy(name);
  if (configuration === undefined) {
    say(`no configuration "${name}"; there are:\n${all.map((one) => `  ${one.name}`).join("\n")}`);
    return 2;
  }
  const { violation, story } = await replay(configuration, choices);
  say(story.join("\n"));
  say(violation ?? "every property holds");
  return violation === undefined ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 2;
  },
);

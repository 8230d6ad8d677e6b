/** `npm run local -- up | down | env | redrive`: the local cloud from a terminal. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { SQSClient } from "@aws-sdk/client-sqs";

import { checkOptions, destroyRunning, startCloud } from "./cloud";
import type { CloudOptions } from "./cloud";
import { emulatorAccount } from "./emulator";
import { shellLines } from "./environment";
import { beforeStop, stopAll } from "./processes";
import { redrive } from "./redrive";
import { defaultName, readSystem, systemFile } from "./system";

const usage = `Usage: npm run local -- up [options]   deploy into a local Vault and AWS
                                       emulator; Ctrl-C ends it
       npm run local -- down           remove everything by pulumi destroy, then
                                       end it
       npm run -s local -- env         print what to export, for a shell:
                                       eval "$(npm run -s local -- env)"
       npm run local -- redrive        put the dead-letter queue's messages back
                                       to the mover's queue

  --name N                  tells clouds side by side apart (default)
  -h, --help                show this

Options of up:
  --mode audit|copy|move    what the mover may do           (move)
  --login aws|jwt           how it logs in at Vault         (aws)
  --server vault|openbao    which server plays Vault        (vault)
  --set key=value           a setting of the program, may be repeated
  --verbose                 show the engine's output`;

/** An error in what was typed. It is shown as one line, without a stack. */
class UsageError extends Error {}

function word<T extends string>(option: string, value: string | undefined, words: readonly T[], preset: T): T {
  if (value === undefined) return preset;
  const found = words.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`--${option} ${value}: use ${words.join(", ")}`);
  return found;
}

function pairs(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 1) throw new UsageError(`--set ${pair}: use key=value`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

const commands = ["up", "down", "env", "redrive"] as const;

interface Arguments {
  readonly command: (typeof commands)[number];
  readonly name: string;
  readonly verbose: boolean;
  readonly cloud: Pick<CloudOptions, "mode" | "login" | "server" | "settings">;
}

/** @returns "help" where somebody asks for it, whatever else was typed */
function readArguments(argv: readonly string[]): Arguments | "help" {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        mode: { type: "string" },
        login: { type: "string" },
        server: { type: "string" },
        name: { type: "string" },
        set: { type: "string", multiple: true },
        verbose: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    // After its first sentence Node explains positional arguments, which is nobody's question here.
    throw new UsageError(error instanceof Error ? error.message.replace(/\. To specify .*$/s, "") : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help === true) return "help";
  const [first, ...rest] = positionals;
  const command = commands.find((known) => known === first);
  if (command === undefined || rest.length > 0) throw new UsageError("say up, down, env or redrive");
  return {
    command,
    name: values.name ?? defaultName,
    verbose: values.verbose ?? false,
    cloud: {
      mode: word("mode", values.mode, ["audit", "copy", "move"], "move"),
      login: word("login", values.login, ["aws", "jwt"], "aws"),
      server: word("server", values.server, ["vault", "openbao"], "vault"),
      settings: pairs(values.set ?? []),
    },
  };
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function up({ name, verbose, cloud }: Arguments): Promise<void> {
  const onEngineOutput = verbose ? { onEngineOutput: (text: string) => process.stderr.write(text) } : {};
  const running = await startCloud({ name, ...cloud, progress: say, ...onEngineOutput });
  const system = running.system();
  process.stdout.write(`${shellLines(system, Object.keys(process.env))}\n`);
  say(`\nThe local cloud is up; ${systemFile(name)} says where. In another terminal:`);
  say(`  eval "$(npm run -s local -- env${name === defaultName ? "" : ` --name ${name}`})"`);
  say(`  aws secretsmanager create-secret --name dev/hello --secret-string '{"user":"me"}'`);
  say(`  vault kv get -mount=${system.mount} ${system.homePrefix}/${system.account}/${system.region}/dev/hello`);
  say(`  npx homing plan --stack ${system.stack}`);
  say("Ctrl-C ends it.");
  // From here on a signal ends everything, and the process with it. So does a server that ends by itself.
  const end = { wanted: false };
  beforeStop(() => {
    end.wanted = true;
    return Promise.resolve();
  });
  const server = await Promise.race([
    running.vault.exited.then(() => cloud.server),
    running.emulator.exited.then(() => "the AWS emulator"),
  ]);
  if (end.wanted) return;
  await running.close();
  throw new Error(`${server} ended by itself; its log is in ${running.directory}`);
}

async function ended(pid: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      // There is no such process any more, which is what we wait for.
      return;
    }
    await sleep(100);
  }
  throw new Error(`process ${pid.toString()} of the local cloud does not end`);
}

async function down({ name }: Arguments): Promise<void> {
  const system = readSystem(name);
  say("removing everything with pulumi destroy");
  await destroyRunning(name, system);
  process.kill(system.pid, "SIGTERM");
  await ended(system.pid);
  say("The local cloud is gone.");
}

async function putBack({ name }: Arguments): Promise<void> {
  const { awsEndpoint: endpoint, region, queueUrl, deadLetterQueueUrl } = readSystem(name);
  const sqs = new SQSClient({ endpoint, region, credentials: emulatorAccount });
  const { moved, unreadable } = await redrive({ sqs, queueUrl, deadLetterQueueUrl });
  sqs.destroy();
  process.stdout.write(`${moved} moved, ${unreadable.length} left because they name no secret\n`);
  for (const id of unreadable) process.stdout.write(`left: message ${id}\n`);
}

function env({ name }: Arguments): Promise<void> {
  process.stdout.write(`${shellLines(readSystem(name), Object.keys(process.env))}\n`);
  return Promise.resolve();
}

const run = { up, down, env, redrive: putBack };

async function main(): Promise<void> {
  const parsed = readArguments(process.argv.slice(2));
  if (parsed === "help") {
    process.stdout.write(`${usage}\n`);
    return;
  }
  checkOptions({ name: parsed.name, ...parsed.cloud });
  await run[parsed.command](parsed);
}

main().catch(async (error: unknown) => {
  await stopAll();
  say(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) say(`\n${usage}`);
  process.exitCode = 1;
});

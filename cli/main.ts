/** `homing`: the mover's runtime in a terminal. This file has the commands and their help; `commands/` does the work. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

import { logCommand } from "./commands/log";
import type { LogCommandOptions } from "./commands/log";
import { moveCommand } from "./commands/move";
import type { MoveCommandOptions } from "./commands/move";
import { planCommand } from "./commands/plan";
import type { PlanCommandOptions } from "./commands/plan";
import { releaseCommand } from "./commands/release";
import type { ReleaseCommandOptions } from "./commands/release";
import { resolveCommand } from "./commands/resolve";
import type { ResolveCommandOptions } from "./commands/resolve";
import { restoreCommand } from "./commands/restore";
import type { RestoreCommandOptions } from "./commands/restore";
import { rotateCommand } from "./commands/rotate";
import type { RotateCommandOptions } from "./commands/rotate";
import { statusCommand } from "./commands/status";
import type { StatusCommandOptions } from "./commands/status";
import { undoCommand } from "./commands/undo";
import type { UndoCommandOptions } from "./commands/undo";
import { verifyCommand } from "./commands/verify";
import type { FilterOptions } from "./filter";
import { completionScript } from "./completion";
import { exitCodeOf, explain } from "./failure";
import { openRotating } from "./rotating";
import type { Rotating } from "./rotating";
import { makeScreen, shownOn } from "./screen";
import type { Screen, Streams } from "./screen";
import { openReading, openSession } from "./session";
import type { Reading, Session, SessionOptions } from "./session";

const interrupted = 130;
/** Of the lines with `--json`: raised when a type or a member is changed or taken away, not when one is added. */
const jsonFormat = 1;

/** Counts the person's signals: the first asks for a clean end, the second ends at once. */
function watchSignals(say: () => void): { readonly stopped: () => boolean; readonly release: () => void } {
  let stopped = false;
  const onSignal = (): void => {
    if (stopped) process.exit(interrupted);
    stopped = true;
    say();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    stopped: () => stopped,
    release: () => {
      for (const signal of signals) process.removeListener(signal, onSignal);
    },
  };
}

const wholeFrom =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
  };

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** Options that say where in AWS that is. */
function withPlace(command: Command, whose: string): Command {
  return command
    .option("--region <region>", `the ${whose}'s region (else AWS_REGION or the profile's)`)
    .option("--profile <name>", "AWS profile (else AWS_PROFILE or the SDK's default chain)");
}

/** Options that say which mover is meant. */
function withMover(command: Command, head: string): Command {
  return withPlace(
    command
      .optionsGroup(head)
      .addOption(new Option("--stack <name>", "the Pulumi stack of the mover").env("HOMING_STACK"))
      .option("--function <name>", "the mover's function, instead of --stack"),
    "mover",
  );
}

/** The options that each command's help ends with. */
function withOutput(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option("--json", "one JSON object a line")
    .helpOption("-h, --help", "show this");
}

/** Options that say which mover is meant and who is asking: the same for every command that changes or compares. */
function withSession(command: Command): Command {
  const withLogin = withMover(command, "Which mover, and which login:")
    .option("--vault-address <url>", "Vault as this machine reaches it (else the deployment's address)")
    .addOption(
      new Option(
        "--login <method>",
        "log in to Vault with the AWS identity (else VAULT_TOKEN or ~/.vault-token)",
      ).choices(["aws", "jwt"]),
    )
    .option("--role <name>", "with --login: the Vault role")
    .option("--login-path <path>", "with --login: path of the auth method (else the deployment's)")
    .option(
      "--concurrency <n>",
      "secrets under way at once in this process (20); or the most on the mover's queue",
      wholeFrom(1, 10_000),
    );
  return withOutput(withLogin);
}

/** Options that say which secrets are meant. */
function withFilter(command: Command): Command {
  return command
    .optionsGroup("Which secrets:")
    .option("--name <pattern>", "only names that match, * stands for any characters; may be repeated", collect)
    .option("--tag <key[=value]>", "only secrets with this tag; may be repeated, all must be there", collect)
    .option("--older-than <time>", "only secrets that last changed at least so long ago: 30m, 2h, 7d")
    .option("--newer-than <time>", "only secrets that last changed at most so long ago");
}

/** Of the checkout that this file is in. */
function version(): string {
  const text = readFileSync(join(__dirname, "..", "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

export interface Runner {
  readonly streams: Streams;
  /** Gets the exit code. */
  readonly end: (code: number) => void;
}

type Act<S, T> = (session: S, options: T, ...args: string[]) => Promise<number>;

/** How a command's session is opened, and what a first Ctrl-C says. */
interface Kind<S> {
  readonly open: (options: SessionOptions, screen: Screen, streams: Streams, stopped: () => boolean) => Promise<S>;
  readonly stopping: string;
}

const working: Kind<Session> = {
  open: openSession,
  stopping:
    "Stopping: nothing more is begun. Again ends at once; either way the next run goes on where this one ended.",
};
const reading: Kind<Reading> = { open: openReading, stopping: "Stopping." };
const rotating: Kind<Rotating> = {
  open: openRotating,
  stopping: "Stopping after this attempt, which its function ends in any case. Again ends at once.",
};

/** The whole command line as commander has it. */
export function makeProgram({ streams, end }: Runner): Command {
  /** Wraps a command: opens its session, and ends with one line whatever goes wrong. */
  const runAs =
    <S, T>({ open, stopping }: Kind<S>, act: Act<S, T>) =>
    async (...given: unknown[]): Promise<void> => {
      // Commander gives the arguments, then the options, then the command.
      const options = given.at(-2) as SessionOptions & T & { readonly json?: boolean };
      const screen = makeScreen(options.json === true, streams);
      const signals = watchSignals(() => {
        screen.note(stopping);
      });
      try {
        await screen.record("version", { homing: version(), format: jsonFormat });
        const session = await open(options, screen, streams, signals.stopped);
        end(await act(session, options, ...(given.slice(0, -2) as string[])));
      } catch (error) {
        const line = explain(error);
        screen.note(line);
        await screen.record("error", { error: line });
        end(exitCodeOf(error));
      } finally {
        signals.release();
      }
    };
  const run = <T>(act: Act<Session, T>) => runAs(working, act);

  const program = new Command("homing")
    .description("Makes Vault the only home of an account's secrets: the deployed mover, in a terminal.")
    .version(`homing ${version()}`, "--version", "show the version")
    .helpOption("-h, --help", "show this")
    .helpCommand("help [command]", "show this, or the help of a command")
    .exitOverride()
    .showHelpAfterError("The command with --help says what it takes.")
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: (text) => streams.err.write(shownOn(streams.err, text)),
    })
    .addHelpText(
      "after",
      `
Every command works with the settings of the deployed mover: it reads them from
the mover's function.

Examples, in the checkout of homing:
  $ npx homing plan --stack prod --region eu-west-1
        what would happen to every secret, and why
  $ npx homing plan --name 'dev/*' --json
        the same for some, for a program to read

homing <command> --help explains a command. docs/command-line.md says what each
needs in AWS and Vault.`,
    );

  withSession(
    withFilter(
      program
        .command("plan")
        .description("Show what would happen to every secret and why. Changes nothing, reads no value.")
        .addOption(
          new Option(
            "--as <mode>",
            "as if this were the deployment's mode, for all names; homing move does not follow it",
          ).choices(["copy", "move"]),
        )
        .option(
          "--no-policies",
          "do not read resource policies: faster; a secret that only its policy shows to be read by a service is then planned to be moved",
        )
        .option("--list", "a line for each secret")
        .addHelpText(
          "after",
          `
Exit code: 0 nothing to do, 2 work to do or a person is needed, 1 error,
130 interrupted.

Examples, in the checkout of homing:
  $ npx homing plan --stack prod                counts by what would happen
  $ npx homing plan --stack prod --as move      as if that mode were set
  $ npx homing plan --name 'dev/*' --list       a line for each secret
  $ npx homing plan --tag team=payments --older-than 7d --json`,
        )
        .action(run<PlanCommandOptions>(planCommand)),
    ),
  );

  withSession(
    withFilter(
      program
        .command("move")
        .description(
          "Do what the plan shows: move, copy or restore secrets. Never goes further than the deployed mover may.",
        )
        .option(
          "--local",
          "in this process instead of by the deployed mover; the Vault login must be one that it accepts",
        )
        .option(
          "--policies",
          "read resource policies before asking, 25 a second; the move itself reads them in any case",
        )
        .option("--yes", "do not ask")
        .addHelpText(
          "after",
          `
Shows the plan and asks. Then puts each secret that needs work on the mover's
queue, as much as keeps the mover busy for ten seconds, and follows the outcomes
in its log. Ctrl-C sends no more; run the same command again to do the rest.

Begins nothing while the plan has secrets that look like what Vault itself or
its clients start from.

Exit code: 0 all ended, 2 a person is needed: some were refused or failed, or
nothing was begun, 1 error, 130 interrupted.

Examples, in the checkout of homing:
  $ npx homing move --stack prod --name 'dev/*'       some first
  $ npx homing move --stack prod                      all
  $ npx homing move --local --login aws --role homing-operator`,
        )
        .action(run<MoveCommandOptions>(moveCommand)),
    ),
  );

  withSession(
    withFilter(
      program
        .command("status")
        .description("Show how many secrets are moved, which are left and why, and when deletions become final.")
        .option("--since <time>", "how far back the mover's log is read for refusals", "26h")
        .addHelpText(
          "after",
          `
Exit code: 0 nothing needs a person, 2 something does, 1 error, 130 interrupted.

Example, in the checkout of homing:
  $ npx homing status --stack prod`,
        )
        .action(run<StatusCommandOptions>(statusCommand)),
    ),
  );

  withSession(
    withFilter(
      program
        .command("undo")
        .argument("[home]", "a secret's name, its ARN, or its home")
        .description("Take the mover's deletions back, within their window.")
        .option("--since <time>", "all that the mover deleted in this time: 30m, 2h, 3d")
        .option("--yes", "do not ask")
        .addHelpText(
          "after",
          `
Shows what it would do, and asks. The undo lasts: the mover does not delete a
restored secret again until it is released.

Exit code: 0 done, or nothing to undo, 1 error or another answer than yes,
130 interrupted.

Examples, in the checkout of homing:
  $ npx homing undo --stack prod dev/hello      one secret
  $ npx homing undo --stack prod --since 2h     the run of these hours
  $ npx homing undo --stack prod --since 2h --name 'dev/*'`,
        )
        .action(run<UndoCommandOptions>(undoCommand)),
    ),
  );

  withSession(
    withFilter(
      program
        .command("release")
        .argument("[home]", "a secret's name, its ARN, or its home")
        .description("Let secrets move again whose deletion was taken back, by a person or by the mover.")
        .option("--since <time>", "all whose deletion was taken back in this time: 30m, 2h, 3d")
        .option("--all", "all that can be released")
        .option("--from-another-mover", "also those that belong to another deployment, which will never come back")
        .option("--yes", "do not ask")
        .addHelpText(
          "after",
          `
Shows what it would do, and asks. The mover then treats these secrets as any
others.

Exit code: 0 done, or nothing to release, 1 error or another answer than yes,
130 interrupted.

Examples, in the checkout of homing:
  $ npx homing release --stack prod dev/hello         one secret
  $ npx homing release --stack prod --name 'dev/*'    all of these`,
        )
        .action(run<ReleaseCommandOptions>(releaseCommand)),
    ),
  );

  withSession(
    program
      .command("restore")
      .argument("<home>", "a secret's name, its former ARN, or its home")
      .description("After the window: create the secret in Secrets Manager again from its home, exempt from the mover.")
      .option("--kms-key <id>", "encrypt it with this key (else the one that AWS manages)")
      .option("--with-tags", "set the tags that the home's labels name; whoever may patch metadata can write these")
      .option("--yes", "do not ask")
      .addHelpText(
        "after",
        `
Shows what it would create, and asks. Creates nothing over a secret that exists.

Exit code: 0 done, 1 error or another answer than yes, 130 interrupted.

Example, in the checkout of homing:
  $ npx homing restore --stack prod dev/hello`,
      )
      .action(run<RestoreCommandOptions>(restoreCommand)),
  );

  withSession(
    program
      .command("resolve")
      .argument("<home>", "a secret's name, its ARN, or its home")
      .description("End a refusal: somebody else wrote the home, it was deleted, or an earlier secret had the name.")
      .option("--take", "the value from Secrets Manager becomes the home's new version, and the mover continues")
      .option("--keep", "the home stays as it is, and the secret is deleted, restorable within the window")
      .option("--home-version <n>", "only if the home still is at this version", wholeFrom(0, 1_000_000_000))
      .option("--yes", "do not ask to type the secret's name")
      .addHelpText(
        "after",
        `
Without --take and --keep: shows both sides, whether they hold the same value,
and what either would do. Exit code 2, since you are needed.

--take needs a Vault login that the mover accepts, as move --local does.

With either, exit code: 0 done, 2 the mover still needs you, 1 error or another
answer than the name, 130 interrupted.

Examples, in the checkout of homing:
  $ npx homing resolve --stack prod dev/hello         both sides
  $ npx homing resolve --stack prod dev/hello --take
  $ npx homing resolve --stack prod dev/hello --keep --home-version 3 --yes`,
      )
      .action(run<ResolveCommandOptions>(resolveCommand)),
  );

  withSession(
    withFilter(
      program
        .command("verify")
        .description("Check every moved and copied secret again, on both sides; copied ones are compared by value.")
        .addHelpText(
          "after",
          `
Exit code: 0 all is well, 2 something is wrong, 1 error, 130 interrupted.

Example, in the checkout of homing:
  $ npx homing verify --stack prod`,
        )
        .action(run<FilterOptions>(verifyCommand)),
    ),
  );

  withOutput(
    withMover(
      program
        .command("log")
        .argument("[home]", "a secret's name, its ARN, or its home")
        .description("Show what became of secrets, as the mover has logged it. Needs no Vault.")
        .option("--follow", "go on with what is logged from now on, until Ctrl-C")
        .option("--since <time>", "how far back: 30m, 2h, 3d (1h; 26h for one secret)")
        .addHelpText(
          "after",
          `
A line each: when, what became of the secret and why, and its name. Below a line
that needs you stands the command that ends it. Times are UTC.

Exit code: 0 nothing needs a person, 2 the last outcome of a secret does,
1 error, 130 interrupted.

Examples, in the checkout of homing:
  $ npx homing log --stack prod --follow
  $ npx homing log --stack prod dev/hello        one secret
  $ npx homing log --stack prod --since 2h --json`,
        )
        .action(runAs<Reading, LogCommandOptions>(reading, logCommand)),
      "Which mover:",
    ),
  );

  withOutput(
    withPlace(
      program
        .command("rotate")
        .argument("<secret>", "a secret's name, or its ARN")
        .description("Show where the rotation of a secret stands, or rotate it now. Needs no Vault.")
        .option("--status", "show where it stands: what is done without --now")
        .addOption(new Option("--now", "rotate it now, by its function").conflicts("status"))
        .option("--yes", "do not ask")
        .addHelpText(
          "after",
          `
Finds the function among those of the region that a RotatingSecret made, by the
secret's name. --now shows what it would do, asks, and waits for the end of the
attempt. A former value that still lives is not ended before its time.

Exit code: 0 nothing needs a person, or rotated; 2 something does, or nothing
was rotated yet; 1 error; 130 interrupted.

Examples, in the checkout of homing:
  $ npx homing rotate payments/api-key --region eu-west-1
  $ npx homing rotate payments/api-key --now`,
        )
        .action(runAs<Rotating, RotateCommandOptions>(rotating, rotateCommand))
        .optionsGroup("Which rotator:")
        .option("--function <name>", "the rotator's function (else it is looked for)"),
      "rotator",
    ),
  );
  program
    .command("completion")
    .description("Print what bash needs to complete commands and options.")
    .helpOption("-h, --help", "show this")
    .addHelpText(
      "after",
      `
Example, in the checkout of homing:
  $ npx homing completion >~/.homing.bash
        then, in ~/.bashrc: . ~/.homing.bash; alias homing='npx homing'`,
    )
    .action(() => {
      streams.out.write(`${completionScript(program)}\n`);
      end(0);
    });
  return program;
}

/** Runs a command line. */
export async function runCommandLine(argv: readonly string[], runner: Runner): Promise<void> {
  try {
    await makeProgram(runner).parseAsync([...argv], { from: "user" });
  } catch (error) {
    // Commander has said what is wrong, or shown the help.
    if (!(error instanceof CommanderError)) throw error;
    runner.end(error.exitCode);
  }
}

/** The process: `homing …`. */
export async function main(argv: readonly string[]): Promise<void> {
  // Whoever reads the output may have closed it.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  // A run goes on without whoever read its notes: what it says of its end is on standard output.
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  await runCommandLine(argv, {
    streams: { out: process.stdout, err: process.stderr },
    end: (code) => {
      process.exitCode = code;
    },
  });
}

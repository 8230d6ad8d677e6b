/** `homing completion`: what a shell needs to complete the command line. */
import type { Command, Option } from "commander";

const optionsOf = (command: Command): readonly Option[] => command.createHelp().visibleOptions(command);
const flagOf = ({ long, short }: Option): string => long ?? short ?? "";

const wordsOf = (command: Command): string =>
  [...command.commands.map((one) => one.name()), ...optionsOf(command).map(flagOf)].join(" ");

/** The options that take one of a few values. */
function choicesOf(program: Command): readonly string[] {
  const arms = program.commands.flatMap(optionsOf).flatMap((option) => {
    const { argChoices } = option;
    return argChoices === undefined ? [] : [`    ${flagOf(option)}) words="${argChoices.join(" ")}" ;;`];
  });
  return [...new Set(arms)];
}

/**
 * A script for bash, to be run by `eval`: completes the commands, their options, and the values of options that have
 * few. Names of secrets are not completed: that would be a call of AWS for each key.
 *
 * @param name the word that is completed
 */
export function completionScript(program: Command, name = "homing"): string {
  const arms = program.commands.map((command) => `    ${command.name()}) words="${wordsOf(command)}" ;;`);
  return `_${name}() {
  local words=
  case "\${COMP_WORDS[1]-}" in
${arms.join("\n")}
  esac
  [ "$COMP_CWORD" -gt 1 ] || words="${wordsOf(program)}"
  case "\${COMP_WORDS[COMP_CWORD - 1]-}" in
${choicesOf(program).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]-}"))
}
complete -o default -F _${name} ${name}`;
}

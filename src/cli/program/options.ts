import { type Command, InvalidArgumentError } from 'commander';

/** Options that many commands share; their types are in `../options.ts`. */
export function withDebug(command: Command): Command {
  return command.option('--debug', 'show where an error happened');
}

export function withDatabase(
  command: Command,
  fallback = 'HOLDPOINT_DATABASE, else file:.holdpoint/holdpoint.db',
): Command {
  return withDebug(command).option('--database <address>', `where the journal is kept (default: ${fallback})`);
}

/** Every command takes `--database`, so that a script can give it to all of them; some have no use for one. */
export function withUnusedDatabase(command: Command): Command {
  return withDebug(command).option('--database <address>', 'taken by every command; this one opens none');
}

export function withJson(command: Command, what: string): Command {
  return command.option('--json', `print ${what} as JSON, one value a line, and nothing else on stdout`);
}

/** For commands that talk to a server if one is named, and otherwise open the database. */
export function withServer(command: Command): Command {
  return withDatabase(command)
    .option('--url <url>', 'the review server to talk to (default: HOLDPOINT_URL, else the database is opened)')
    .option('--token <token>', 'who you are to that server (default: HOLDPOINT_TOKEN)');
}

export function withModel(command: Command): Command {
  return command.option(
    '--model <name>',
    'the model for every agent, whatever the crew says; "rehearsal" is the offline one',
  );
}

export function withReview(command: Command): Command {
  return command.option(
    '--review <where>',
    'terminal: answer holds here (default on a terminal); none: leave them open',
    oneOf('--review', ['terminal', 'none']),
  );
}

/** An option that may be given more than once. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function oneOf(name: string, values: readonly string[]): (value: string) => string {
  return (value) => {
    if (values.includes(value)) return value;
    throw new InvalidArgumentError(`${name} is ${values.join(' or ')}.`);
  };
}

export function integer(value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('Write a whole number, 0 or more.');
}

export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`);
}

/** The command of a group that runs without being named takes no arguments: what stands in their place was meant as a command's name. */
export function byDefault(command: Command): Command {
  return command.allowExcessArguments().hook('preAction', (_hooked, { args, parent }) => {
    const [name] = args;
    if (name === undefined || !parent) return;
    if (parent.args[0] === command.name())
      command.error(`error: too many arguments for '${command.name()}': ${args.join(', ')}`);
    const names = parent.commands.map((known) => known.name()).join(', ');
    parent.error(`error: unknown command '${name}'; \`${parent.name()}\` has: ${names}`);
  });
}

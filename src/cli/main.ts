import { existsSync } from 'node:fs';
import { CommanderError } from 'commander';
// First: it reads its variable, which is then taken out of the environment with all others of ours.
import '../journal/fault-point.ts';
import { HoldpointError } from '../errors.ts';
import { errorLines, exitCodeOfError } from './error-lines.ts';
import { EXIT } from './exit-codes.ts';
import { endWhenReaderLeaves, flushOutput, note } from './print.ts';
import { buildProgram } from './program/program.ts';
import { takeSettings } from './settings.ts';

/** Runs one command and ends the process with its exit code: a crew file may have left timers or connections open. */
export async function main(argv: readonly string[]): Promise<never> {
  endWhenReaderLeaves();
  const code = await runCommand(argv);
  await flushOutput();
  process.exit(code);
}

async function runCommand(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.done;
  const program = buildProgram((exitCode) => {
    code = exitCode;
  });
  program.hook('preAction', () => {
    loadDotEnv();
    takeSettings();
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has shown the help by itself.
    if (error instanceof CommanderError && SHOWN.includes(error.code))
      return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const told = error instanceof CommanderError ? usageError(error) : error;
    note(errorLines(told, { debug: argv.includes('--debug') }));
    return exitCodeOfError(told);
  }
}

const SHOWN: readonly string[] = ['commander.help', 'commander.helpDisplayed', 'commander.version'];

function usageError(error: CommanderError): HoldpointError {
  const said = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  return new HoldpointError('USAGE', `${said}\nAdd --help to see what the command takes.`, { cause: error });
}

/** `.env` of the current folder, where there is one; what is set already stays. */
function loadDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

import { Command } from 'commander';
import { packageVersion } from '../../package-version.ts';
import { addCrewCommands } from './crew-commands.ts';
import { addHoldsCommands } from './holds-commands.ts';
import { addJournalCommands } from './journal-commands.ts';
import { addOversightCommands } from './oversight-commands.ts';
import { addRetentionCommands } from './retention-commands.ts';
import { addRunningCommands } from './running-commands.ts';
import { addFork, addRunsCommands } from './runs-commands.ts';
import { addStartCommands } from './start-commands.ts';
import { addTokenCommands } from './token-commands.ts';

/** Takes the exit code that a command comes to. */
export type Finish = (work: Promise<number>) => Promise<void>;

/**
 * Every command with its arguments and options. Only Commander is loaded here: what a command does is imported when it is
 * called, so that `--help` answers at once.
 */
export function buildProgram(setExitCode: (code: number) => void): Command {
  const program = new Command('holdpoint')
    .description('Crews of AI agents that stop exactly where a person must look.')
    .version(packageVersion(), '--version', 'the version')
    .helpOption('-h, --help', 'what a command does, with an example')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    // What is wrong with the arguments is told as every other error is.
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', OUTLOOK);
  const finish: Finish = async (work) => setExitCode(await work);
  addStartCommands(program, finish);
  addRunningCommands(program, finish);
  addHoldsCommands(program, finish);
  addRunsCommands(program, finish);
  addFork(program, finish);
  addJournalCommands(program, finish);
  addRetentionCommands(program, finish);
  addCrewCommands(program, finish);
  addOversightCommands(program, finish);
  addTokenCommands(program, finish);
  return program;
}

const OUTLOOK = `
Exit codes: 0 done, 1 the run failed, 2 wrong usage or config, 3 left on hold, 4 cancelled, 5 replay diverged or chain broken.
Variables: HOLDPOINT_DATABASE, HOLDPOINT_URL, HOLDPOINT_TOKEN, HOLDPOINT_MODEL, OPENAI_API_KEY, OPENAI_BASE_URL; a .env file
in the current folder is read, and never overrides what is set.

Start here:
  $ holdpoint demo
  $ holdpoint init my-crew`;

import type { Command } from 'commander';
import { byDefault, collect, examples, integer, withJson, withModel, withReview, withServer } from './options.ts';
import type { Finish } from './program.ts';

/** `runs …`: looking at runs and acting on them. */
export function addRunsCommands(program: Command, finish: Finish): void {
  const runs = program.command('runs').description('list, show, start, cancel, watch, undo, resume and stop runs');
  addReading(runs, finish);
  addActing(runs, finish);
  addResume(runs, finish);
  addStopAll(runs, finish);
  addResumeAll(runs, finish);
  examples(runs, 'holdpoint runs', 'holdpoint runs show run_… --json', 'holdpoint runs resume run_… refund.crew.ts');
}

function addReading(runs: Command, finish: Finish): void {
  const list = byDefault(runs.command('list', { isDefault: true }))
    .description('runs, newest first (the default)')
    .option('--status <status>', 'running, held, parked, completed, failed or cancelled')
    .option('--crew <name>', 'only of this crew')
    .option('--limit <n>', 'at most so many, up to 200', integer, 50)
    .option('--cursor <cursor>', 'go on where the list was cut; it said so then')
    .option('--all', 'the whole list, however long');
  examples(withJson(withServer(list), 'each RunSummary'), 'holdpoint runs list --status held').action((options) =>
    finish(import('../commands/runs-list.ts').then(({ listRuns }) => listRuns(options))),
  );
  const show = runs.command('show').description('one run with its outputs').argument('<id>');
  examples(withJson(withServer(show), 'the RunSummary'), 'holdpoint runs show run_…').action((id: string, options) =>
    finish(import('../commands/runs-show.ts').then(({ showRun }) => showRun(id, options))),
  );
  const watch = runs
    .command('watch')
    .description('the events of a run as they come, until it ends')
    .argument('<id>')
    .option('--after <seq>', 'only events after this one', integer, 0);
  examples(withJson(withServer(watch), 'each journal event'), 'holdpoint runs watch run_…').action(
    (id: string, options) => finish(import('../commands/runs-watch.ts').then(({ watchRun }) => watchRun(id, options))),
  );
}

function addActing(runs: Command, finish: Finish): void {
  const start = runs
    .command('start')
    .description('start a run on a server')
    .argument('<crew>', 'the name of a crew that the server has')
    .option('--input <key=value>', 'one input, typed by the inputs of the crew; may be repeated', collect)
    .option('--inputs <json-or-file>', 'the inputs as JSON, or a JSON file');
  examples(
    withJson(withServer(start), 'the RunSummary'),
    `holdpoint runs start refund-desk --inputs '{"ticket":"…"}' --url http://127.0.0.1:4600`,
  ).action((crew: string, options) =>
    finish(import('../commands/runs-start.ts').then(({ startRun }) => startRun(crew, options))),
  );
  const cancel = runs
    .command('cancel')
    .description('end a run; what has been done stays done')
    .argument('<id>')
    .option('--reason <text>', 'why', 'cancelled from the command line');
  examples(
    withJson(withServer(cancel), 'the RunSummary'),
    'holdpoint runs cancel run_… --reason "wrong ticket"',
  ).action((id: string, options) =>
    finish(import('../commands/runs-cancel.ts').then(({ cancelRun }) => cancelRun(id, options))),
  );
  const undo = runs
    .command('undo')
    .description('reverse a supervised action within its window')
    .argument('<id>')
    .argument('<action>')
    .option('--reason <text>', 'why', 'undone from the command line')
    .option('--crew <file>', 'the crew file, which has the tool; needed without a server', collect);
  examples(
    withJson(withServer(undo), '{ "recordedSeq", "usedBy", "useCount", "takeBackSeq", "undone", "error" }'),
    'holdpoint runs undo run_… act_…_1 --reason "wrong order" --crew refund.crew.ts',
  ).action((id: string, action: string, options) =>
    finish(import('../commands/runs-undo.ts').then(({ undoAction }) => undoAction(id, action, options))),
  );
}

function addStopAll(runs: Command, finish: Finish): void {
  const stop = runs
    .command('stop-all')
    .description(
      'stop everything within two seconds, on whatever node: no effect begins, no run starts until `resume-all`',
    )
    .option('--reason <text>', 'why', 'stopped from the command line')
    .option('--cancel', 'end the runs and cut off what they do; without it they are parked, and can be resumed');
  examples(
    withJson(withServer(stop), '{ "stopped", "cancelled" }'),
    'holdpoint runs stop-all --reason "wrong prices"',
    'holdpoint runs stop-all --cancel --url http://127.0.0.1:4600 --token hp_…',
  ).action((options) => finish(import('../commands/runs-stop-all.ts').then(({ stopAllRuns }) => stopAllRuns(options))));
}

function addResumeAll(runs: Command, finish: Finish): void {
  const resume = runs
    .command('resume-all')
    .description('lift what `stop-all` said: runs start again, and those that it parked go on')
    .option('--reason <text>', 'why', 'lifted from the command line')
    .option('--keep-parked', 'only let runs start again; each that was parked waits for `resume --accept-change`');
  examples(
    withJson(withServer(resume), '{ "resumed" }'),
    'holdpoint runs resume-all --reason "prices are right again"',
    'holdpoint runs resume-all --keep-parked --url http://127.0.0.1:4600 --token hp_…',
  ).action((options) =>
    finish(import('../commands/runs-resume-all.ts').then(({ resumeAllRuns }) => resumeAllRuns(options))),
  );
}

/** `fork`: a run that goes its own way from an event of another on. */
export function addFork(program: Command, finish: Finish): void {
  const fork = program
    .command('fork')
    .description('a new run from the first events of another: what was done is kept, open holds open again')
    .argument('<run>')
    .requiredOption('--at <seq>', 'the last event that is taken over (`runs watch RUN` lists them)', integer)
    .option(
      '--decision <verdict>',
      'decide the one hold that is open there at once: approve, reject:REASON, or modify:JSON and respond:JSON',
    )
    .option(
      '--crew <file>',
      'the crew file, to go on in this process; without it or a server the fork is only recorded',
    );
  examples(
    withJson(withServer(withReview(withModel(fork))), 'the RunSummary of the fork'),
    'holdpoint fork run_… --at 12 --url http://127.0.0.1:4600 --token hp_…',
    'holdpoint fork run_… --at 12 --crew refund.crew.ts --decision "reject:Refund 20 at most"',
    `holdpoint fork run_… --at 12 --crew refund.crew.ts --decision 'modify:{"amountUsd":20}'`,
  ).action((run: string, options) =>
    finish(import('../commands/fork.ts').then(({ forkRun }) => forkRun(run, options))),
  );
}

function addResume(runs: Command, finish: Finish): void {
  const resume = runs
    .command('resume')
    .usage('[id] [file] [options]')
    .description('go on with a run (default: all runs of the file) in this process, until it rests or ends')
    .argument(
      '<id-and-file...>',
      'the run, if only one is meant, then the crew file; of a server (--url) the run alone',
    )
    .option('--accept-change', 'let a parked run go on with the crew as it is now; who accepts, and what, is recorded');
  resume.addHelpText(
    'after',
    `
In this process it ends as \`run\` does: 0 done, 1 failed, 2 parked, 3 on hold, 4 cancelled. Of a server (--url) it does not wait for
the run, and tells how that stands: 0 also means that it is at work there.`,
  );
  examples(
    withJson(withServer(withReview(withModel(resume))), 'each RunSummary'),
    'holdpoint runs resume refund.crew.ts',
    'holdpoint runs resume run_… refund.crew.ts --accept-change',
    'holdpoint runs resume run_… --accept-change --url http://127.0.0.1:4600 --token hp_…',
  ).action((given: string[], options) =>
    finish(import('../commands/runs-resume.ts').then(({ resumeRuns }) => resumeRuns(given, options))),
  );
}

import type { Command } from 'commander';
import { byDefault, collect, examples, integer, withJson, withServer } from './options.ts';
import type { Finish } from './program.ts';

/** `review` and `holds …`: looking at holds and deciding them. */
export function addHoldsCommands(program: Command, finish: Finish): void {
  const review = withServer(program.command('review')).description(
    'review in the terminal: shows each hold of a server as it opens, and takes your decision',
  );
  examples(review, 'holdpoint review --url http://127.0.0.1:4600 --token hp_…').action((options) =>
    finish(import('../commands/review.ts').then(({ review }) => review(options))),
  );

  const holds = program.command('holds').description('list, show and decide holds from scripts');
  addReading(holds, finish);
  addVerdict(holds, finish, 'approve', 'let the proposal through as it is');
  addVerdict(holds, finish, 'reject', 'refuse the proposal; the agent is told why');
  addVerdict(holds, finish, 'modify', 'put another value in the place of the proposal');
  addVerdict(holds, finish, 'respond', 'answer a question, an escalation, or an action that a person did');
  examples(
    holds,
    'holdpoint holds',
    'holdpoint holds show hold_… --json',
    'holdpoint holds approve hold_… --digest 3f9a1c0b72de',
  );
}

function addReading(holds: Command, finish: Finish): void {
  const list = byDefault(holds.command('list', { isDefault: true }))
    .description('open holds, newest first (the default)')
    .option('--status <status>', 'open, approved, modified, rejected, answered, expired, cancelled or all', 'open')
    .option('--crew <name>', 'only of this crew')
    .option('--run <id>', 'only of this run')
    .option('--limit <n>', 'at most so many, up to 200', integer, 50)
    .option('--cursor <cursor>', 'go on where the list was cut; it said so then')
    .option('--all', 'the whole list, however long');
  examples(withJson(withServer(list), 'each hold'), 'holdpoint holds list --status all --json').action((options) =>
    finish(import('../commands/holds-list.ts').then(({ listHolds }) => listHolds(options))),
  );
  const show = holds
    .command('show')
    .description('one hold: its proposal, its reasons, what the agent knew')
    .argument('<id>');
  examples(withJson(withServer(show), '{ "hold", "you" }'), 'holdpoint holds show hold_…').action(
    (id: string, options) => finish(import('../commands/holds-show.ts').then(({ showHold }) => showHold(id, options))),
  );
}

function addVerdict(
  holds: Command,
  finish: Finish,
  verdict: 'approve' | 'reject' | 'modify' | 'respond',
  what: string,
): void {
  const command = holds
    .command(verdict)
    .description(what)
    .argument('<id>')
    .option('--digest <hex>', 'at least 12 digits of the digest of what you looked at (`holds show` names it)')
    .option('--reason <text>', verdict === 'reject' ? 'why; the agent gets it' : 'why')
    .option('--reason-code <code>', 'a word to group decisions by')
    .option('--override-claim', 'decide although somebody else has claimed it');
  const takesValue = verdict === 'modify' || verdict === 'respond';
  if (takesValue) {
    command
      .option('--value <json>', 'the value, as JSON')
      .option('--value-file <path>', 'a file with the value, as JSON')
      .option('--crew <file>', 'the crew file, which checks the value; needed without a server', collect);
  }
  const more = takesValue ? ` --value '{"amountUsd": 20}'` : verdict === 'reject' ? ' --reason "Too much"' : '';
  examples(
    withJson(withServer(command), '{ "hold", "recordedSeq" }'),
    `holdpoint holds ${verdict} hold_… --digest 3f9a1c0b72de${more}`,
  ).action((id: string, options) =>
    finish(import('../commands/holds-decide.ts').then(({ decideHold }) => decideHold(id, verdict, options))),
  );
}

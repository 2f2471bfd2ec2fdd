import type { Command } from 'commander';
import { byDefault, examples, withJson, withServer } from './options.ts';
import type { Finish } from './program.ts';

/** `oversight …`: the record of action types, and the levels that people sign for on it. */
export function addOversightCommands(program: Command, finish: Finish): void {
  const oversight = program
    .command('oversight')
    .description('what people decided of each type of action, and whether it may need less of them');
  const list = byDefault(oversight.command('list', { isDefault: true }))
    .description(
      'per action type: decisions, share of bad ones and its upper bound, level, points, advice (the default)',
    )
    .option('--reasons', 'what rejections and changes have in common: codes, agents, arguments');
  examples(
    withJson(withServer(list), 'each action type'),
    'holdpoint oversight',
    'holdpoint oversight --reasons',
  ).action((options) => finish(import('../commands/oversight.ts').then(({ listOversight }) => listOversight(options))));
  const sign = oversight
    .command('sign')
    .description('let an action type need less oversight, in your name')
    .argument('<key>')
    .option('--level <level>', 'supervised or automatic (default: the next)')
    .requiredOption('--reason <text>', 'why');
  examples(
    withJson(withServer(sign), '{ "level", "recordedSeq" }'),
    'holdpoint oversight sign refund-desk/issue_refund/3f9a1c0b72de --reason "two clean months" --url http://127.0.0.1:4600',
  ).action((key: string, options) =>
    finish(import('../commands/oversight.ts').then(({ signLevel }) => signLevel(key, options))),
  );
  const demote = oversight
    .command('demote')
    .description('take a level back')
    .argument('<key>')
    .option('--level <level>', 'the level that is left (default: the tier of the tool)')
    .option('--reason <text>', 'why', 'demoted from the command line');
  examples(
    withJson(withServer(demote), '{ "level", "recordedSeq" }'),
    'holdpoint oversight demote refund-desk/issue_refund/3f9a1c0b72de --reason "a wrong refund"',
  ).action((key: string, options) =>
    finish(import('../commands/oversight.ts').then(({ demoteType }) => demoteType(key, options))),
  );
}

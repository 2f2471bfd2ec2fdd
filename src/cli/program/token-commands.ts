import type { Command } from 'commander';
import { collect, examples, withDatabase, withJson } from './options.ts';
import type { Finish } from './program.ts';

/** `token …`: who may talk to a server of this database. */
export function addTokenCommands(program: Command, finish: Finish): void {
  const token = program.command('token').description('create, list and revoke the tokens of reviewers and programs');
  const create = token
    .command('create')
    .description('create a token; it is shown once')
    .requiredOption('--user <name>', 'whom it stands for')
    .requiredOption('--role <role>', 'viewer, reviewer, operator or admin; may be repeated', collect)
    .option('--group <name>', 'a group that they are in; may be repeated', collect)
    .option('--expires <duration>', 'how long it is good, such as 12h or 30d; default: for ever');
  examples(
    withJson(withDatabase(create), '{ "id", "token", "user", "roles", "groups", "expiresAt" }'),
    'holdpoint token create --user ana --role reviewer --group leads --expires 30d',
  ).action((options) => finish(import('../commands/token.ts').then(({ createToken }) => createToken(options))));

  const list = token.command('list').description('all tokens, without their secrets');
  examples(withJson(withDatabase(list), 'each token'), 'holdpoint token list').action((options) =>
    finish(import('../commands/token.ts').then(({ listTokens }) => listTokens(options))),
  );

  const revoke = token.command('revoke').description('refuse a token from now on').argument('<id>');
  examples(withJson(withDatabase(revoke), '{ "id" }'), 'holdpoint token revoke tok_…').action((id: string, options) =>
    finish(import('../commands/token.ts').then(({ revokeToken }) => revokeToken(id, options))),
  );
}

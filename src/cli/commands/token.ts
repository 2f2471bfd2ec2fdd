import type { Journal } from '../../journal/journal.ts';
import { openDatabase } from '../../open-database.ts';
import { createToken as create, listTokens as list, revokeToken as revoke } from '../../server/identity/tokens.ts';
import { databaseAddress, openToRead } from '../database.ts';
import type { DatabaseOptions, JsonOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { table } from '../table.ts';

/** Tokens are written beside a server as well: who can write the database administers it. */
async function withJournal<T>(options: DatabaseOptions, work: (journal: Journal) => Promise<T>): Promise<T> {
  const journal = await openDatabase(databaseAddress(options));
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

interface CreateOptions extends DatabaseOptions, JsonOptions {
  readonly user: string;
  readonly role: readonly string[];
  readonly group?: readonly string[];
  readonly expires?: string;
}

export async function createToken({ user, role, group, expires, ...options }: CreateOptions): Promise<number> {
  const request = { user, roles: role, groups: group, expiresIn: expires };
  const created = await withJournal(options, (journal) => create(journal, request));
  if (options.json) printJson(created);
  else {
    printLine(created.token);
    note(
      `Token ${created.id} for ${created.user} (${created.roles.join(', ')}), good ${created.expiresAt ? `until ${created.expiresAt}` : 'until it is revoked'}.`,
    );
    note('It is shown only now. Hand it over where nobody else reads it, or set it as HOLDPOINT_TOKEN.');
  }
  return 0;
}

export async function listTokens(options: DatabaseOptions & JsonOptions): Promise<number> {
  const journal = await openToRead(options);
  const tokens = await list(journal).finally(() => journal.close());
  if (options.json) {
    for (const token of tokens) printJson(token);
    return 0;
  }
  if (tokens.length === 0) note('There is no token. `holdpoint token create --user NAME --role reviewer` makes one.');
  const rows = tokens.map(({ id, user, roles, groups, expiresAt, revokedAt }) => [
    id,
    user,
    roles.join(' '),
    groups.join(' '),
    revokedAt ? `revoked ${revokedAt}` : expiresAt ? `until ${expiresAt}` : 'for ever',
  ]);
  for (const line of table(rows.length > 0 ? [['ID', 'USER', 'ROLES', 'GROUPS', 'GOOD'], ...rows] : []))
    printLine(line);
  return 0;
}

export async function revokeToken(id: string, options: DatabaseOptions & JsonOptions): Promise<number> {
  await (await openToRead(options)).close();
  await withJournal(options, (journal) => revoke(journal, id));
  if (options.json) printJson({ id });
  else printLine(`Token ${id} is revoked.`);
  return 0;
}

import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { HoldpointError } from '../../errors.ts';
import type { Journal } from '../../journal/journal.ts';
import { isEmpty, moveJournal } from '../../journal/move.ts';
import { isOnServer, openDatabase, withoutPassword } from '../../open-database.ts';
import { isAlive } from '../../runner/node-life.ts';
import type { JsonOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';

/** Copies a journal into an empty database. The source is only read, and stays. */
export async function moveDatabase(from: string, to: string, { json }: JsonOptions): Promise<number> {
  if (addressOf(from) === addressOf(to))
    throw new HoldpointError('USAGE', `Both addresses are ${withoutPassword(from)}. Name another database to move to.`);
  const source = await openDatabase(from, { readonly: true });
  try {
    await refuseWhereUsed(source, from);
    const target = await openDatabase(to);
    try {
      await refuseWhereUsed(target, to);
      await refuseUnlessEmpty(target, to);
      const now = new Date().toISOString();
      const moved = await moveJournal(source, target, {
        pid: process.pid,
        host: hostname(),
        startedAt: now,
        seenAt: now,
      });
      await refuseWhereUsed(source, from);
      if (json) printJson(moved);
      else {
        printLine(
          `Moved ${moved.runs} runs with ${moved.events} events, ${moved.holds} holds, ${moved.requests} answered requests ` +
            `and ${moved.tokens} tokens; every chain holds.`,
        );
        note(`From now on use ${withoutPassword(to)}. ${withoutPassword(from)} is as it was: keep it as a backup.`);
      }
      return 0;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** The same for two ways to write one. */
function addressOf(address: string): string {
  return isOnServer(address) ? new URL(address).href : resolve(address.replace(/^(file|sqlite):/, ''));
}

async function refuseWhereUsed(journal: Journal, address: string): Promise<void> {
  const now = Date.now();
  const node = (await journal.nodes()).find((each) => isAlive(each, now));
  if (!node) return;
  throw new HoldpointError(
    'DATABASE_SERVED',
    `The database ${withoutPassword(address)} is in use by process ${node.pid} on ${node.host}${node.url ? ` (${node.url})` : ''}. ` +
      'Stop it, and move the journal then.',
    { details: { url: node.url } },
  );
}

async function refuseUnlessEmpty(journal: Journal, address: string): Promise<void> {
  if (await isEmpty(journal)) return;
  throw new HoldpointError(
    'DATABASE_INVALID',
    `The database ${withoutPassword(address)} is not empty. Name a new one.`,
  );
}

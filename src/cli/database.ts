import { HoldpointError } from '../errors.ts';
import type { Journal, SeenNode } from '../journal/journal.ts';
import { DEFAULT_DATABASE, openDatabase, withoutPassword } from '../open-database.ts';
import { isAlive } from '../runner/node-life.ts';
import type { DatabaseOptions } from './options.ts';
import { setting } from './settings.ts';
import { shellWord } from './shell-word.ts';

export function databaseAddress({ database }: DatabaseOptions): string {
  return database ?? setting('HOLDPOINT_DATABASE') ?? DEFAULT_DATABASE;
}

/** How to name the database in a command that is shown to be copied; '' for the usual one. */
export function databaseFlag({ database }: DatabaseOptions): string {
  return database === undefined ? '' : ` --database ${shellWord(database)}`;
}

/** Opens the database to look at it. @throws `DATABASE_INVALID` if there is none */
export function openToRead(options: DatabaseOptions): Promise<Journal> {
  return openDatabase(databaseAddress(options), { readonly: true });
}

/** Opens a database that is there already, to change something in it. @throws `DATABASE_INVALID`, `DATABASE_SERVED` */
export async function openToChange(options: DatabaseOptions): Promise<Journal> {
  await (await openToRead(options)).close();
  return openUnserved(options, () => true);
}

/** Opens or makes a database, to drive runs as a node of it. @throws `DATABASE_SERVED` for a file that a server has. */
export function openAsNode(options: DatabaseOptions): Promise<Journal> {
  return openUnserved(options, isNodeOfFile);
}

/**
 * Opens a database that is there already, to remove what is not kept: each run by itself, and only one that nobody is at. Nodes of a
 * database server may work meanwhile; in a file, what is removed would linger beside it for as long as a server has it open.
 * @throws `DATABASE_INVALID`, `DATABASE_SERVED` for a file that a server has
 */
export async function openToRemove(options: DatabaseOptions): Promise<Journal> {
  await (await openToRead(options)).close();
  return openUnserved(
    options,
    isNodeOfFile,
    (url) => `Stop the server at ${url} first, and start it again afterwards.`,
  );
}

function isNodeOfFile({ silentMs }: SeenNode): boolean {
  return silentMs === null;
}

async function openUnserved(
  options: DatabaseOptions,
  counts: (node: SeenNode) => boolean,
  advice?: (url: string) => string,
): Promise<Journal> {
  const journal = await openDatabase(databaseAddress(options));
  try {
    const url = await servedAt(journal, counts);
    if (url !== null) throw isServed(url, databaseAddress(options), advice?.(url));
    return journal;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** The address of a live server of a database, among the nodes that count (default: all); null if nobody serves it. */
export async function servedAt(
  journal: Journal,
  counts: (node: SeenNode) => boolean = () => true,
): Promise<string | null> {
  const now = Date.now();
  const nodes = await journal.nodes();
  return nodes.find((node) => node.url !== null && isAlive(node, now) && counts(node))?.url ?? null;
}

function isServed(
  url: string,
  address: string,
  advice = `Add --url ${url} --token … (\`holdpoint token create\` makes one), or stop the server.`,
): HoldpointError {
  return new HoldpointError(
    'DATABASE_SERVED',
    `The database ${withoutPassword(address)} is being served at ${url}, and only that server may change it. ${advice}`,
    { details: { url } },
  );
}

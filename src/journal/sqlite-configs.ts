import { sha256 } from '../json/digest.ts';
import type { JournalEvent } from './envelope.ts';
import { packHex } from './sqlite-packing.ts';
import type { Sql } from './sqlite-statements.ts';

/**
 * The crew's config is the largest part of `run.started` and the same in every run of a crew, so the database has it once; the
 * event has null in its place. The first event of a run alone is treated so.
 */

/** Configs kept parsed. Found by their whole text, so a row that was changed in the database is never taken for what it was. */
const MAX_PARSED = 50;
const parsed = new Map<string, unknown>();

/** The events of a new run as they are stored, and the number of the config taken out of them; null: nothing was. */
export function withoutConfig(
  sql: Sql,
  events: readonly JournalEvent[],
): { config: number | null; stored: readonly JournalEvent[] } {
  const [first, ...rest] = events;
  const config = first && configOf(first);
  if (!config) return { config: null, stored: events };
  return {
    config: numberOf(sql, JSON.stringify(config)),
    stored: [{ ...first, data: { ...(first.data as object), config: null } }, ...rest],
  };
}

/** The data of a run's first event with its config, frozen, in its place. */
export function withConfig(sql: Sql, data: unknown, config: number): unknown {
  const row = sql<{ value: string }>('SELECT value FROM configs WHERE n = ?').get(config);
  if (!row || !isObject(data) || !('config' in data) || data.config !== null) return data;
  return { ...data, config: parse(row.value) };
}

/** Forgets a config that no run has any more. */
export function dropUnusedConfig(sql: Sql, config: number | null): void {
  if (config === null) return;
  sql('DELETE FROM configs WHERE n = ? AND NOT EXISTS (SELECT 1 FROM runs WHERE config = configs.n)').run(config);
}

function configOf({ seq, type, data }: JournalEvent): object | null {
  if (seq !== 1 || type !== 'run.started' || !isObject(data)) return null;
  return 'config' in data && isObject(data.config) ? data.config : null;
}

function numberOf(sql: Sql, value: string): number {
  const digest = packHex(sha256(value));
  const row = sql<{ n: number }>('SELECT n FROM configs WHERE digest = ?').get(digest);
  if (row) return row.n;
  return Number(sql('INSERT INTO configs (digest, value) VALUES (?, ?)').run(digest, value).lastInsertRowid);
}

function parse(text: string): unknown {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  if (parsed.size >= MAX_PARSED) parsed.clear();
  const value = deepFrozen(JSON.parse(text) as unknown);
  parsed.set(text, value);
  return value;
}

function deepFrozen(value: unknown): unknown {
  if (isObject(value)) for (const member of Object.values(Object.freeze(value))) deepFrozen(member);
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

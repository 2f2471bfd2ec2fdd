import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EVENT_TYPES } from '../../src/crew/events.ts';
import { parseExport } from '../../src/journal/export.ts';
import { verifyExport } from '../../src/journal/verify.ts';
import { goldenJournals } from '../support/golden-journals.ts';
import { stateOfExport } from '../support/golden-state.ts';
import { measured } from '../support/reliability.ts';

const FOLDER = new URL('../fixtures/journals/', import.meta.url);
const ENDS: Readonly<Record<string, string>> = { expired: 'failed', cancelled: 'cancelled' };
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.ndjson'));
const textOf = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');

/** By the name of a journal: the head of its chain, and the digest of the state it replays to. Written with it, changed never. */
const DIGESTS = JSON.parse(textOf('digests.json')) as Record<string, { head: string; state: string }>;

test('R8: the journals of every release verify, replay, and give the state that they gave then', () =>
  measured({ id: 'R8', what: 'golden journals of every release' }, async () => {
    expect(FILES.map((file) => file.replace('.ndjson', '')).sort()).toEqual(Object.keys(DIGESTS).sort());
    for (const file of FILES) {
      const name = file.replace('.ndjson', '');
      const text = textOf(file);
      const { head = '', state } = DIGESTS[name] ?? {};
      expect(verifyExport(text, { head }), file).toMatchObject([{ result: { ok: true } }]);
      const { status, digest } = await stateOfExport(text);
      expect(status, file).toBe(ENDS[name.replace(/^v\d+-/, '')] ?? 'completed');
      expect(digest, `the state of ${file}`).toBe(state);
    }
    return { trials: FILES.length };
  }));

test('every type of event stands in a golden journal, a fork and a large value too', () => {
  const runs = FILES.flatMap((file) => parseExport(textOf(file)));
  const types = new Set(runs.flatMap(({ events }) => events.map(({ type }) => type)));
  expect(EVENT_TYPES.filter((type) => !types.has(type))).toEqual([]);
  expect(runs.some(({ payloads }) => payloads.length > 0)).toBe(true);
  const starts = runs.map(({ events }) => events[0]?.data as { forkedFrom?: object | null });
  expect(starts.some(({ forkedFrom = null }) => forkedFrom !== null)).toBe(true);
});

test('the scenarios still happen as they are told, with the events of the last release', async () => {
  for await (const { name, text } of goldenJournals()) {
    const types = (lines: string) => parseExport(lines)[0]?.events.map(({ type }) => type);
    expect(types(text), name).toEqual(types(textOf(`v1-${name}.ndjson`)));
  }
});

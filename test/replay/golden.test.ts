import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseExport } from '../../src/journal/export.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { verifyExport } from '../../src/journal/verify.ts';
import { digestOf } from '../../src/json/digest.ts';
import type { Json } from '../../src/json/json.ts';
import { replay } from '../../src/replay/replay.ts';
import { viewOf } from '../../src/replay/run-view.ts';
import { goldenJournals } from '../support/golden-journals.ts';
import { measured } from '../support/reliability.ts';

const FOLDER = new URL('../fixtures/journals/', import.meta.url);
const ENDS: Readonly<Record<string, string>> = { expired: 'failed', cancelled: 'cancelled' };

/** By the name of a journal: the head of its chain, and the digest of the state it replays to. Written with it, changed never. */
const DIGESTS = JSON.parse(readFileSync(new URL('digests.json', FOLDER), 'utf8')) as Record<
  string,
  { head: string; state: string }
>;

async function stateOf(text: string) {
  const [run] = parseExport(text);
  if (!run) throw new Error('no run in it');
  const { state } = await replay(run.run, toRunEvents(run.events, run.payloads));
  return { view: viewOf(state), digest: digestOf(viewOf(state) as unknown as Json) };
}

test('R8: the journals of every release verify, replay, and give the state that they gave then', () =>
  measured({ id: 'R8', what: 'golden journals of every release' }, async () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ndjson'));
    expect(files.map((file) => file.replace('.ndjson', '')).sort()).toEqual(Object.keys(DIGESTS).sort());
    for (const file of files) {
      const name = file.replace('.ndjson', '');
      const text = readFileSync(new URL(file, FOLDER), 'utf8');
      const { head = '', state } = DIGESTS[name] ?? {};
      expect(verifyExport(text, { head }), file).toMatchObject([{ result: { ok: true } }]);
      const { view, digest } = await stateOf(text);
      expect(view.summary.status, file).toBe(ENDS[name.replace(/^v\d+-/, '')] ?? 'completed');
      expect(digest, `the state of ${file}`).toBe(state);
    }
    return { trials: files.length };
  }));

test('the scenarios still happen as they are told, with the events of the last release', async () => {
  for await (const { name, text } of goldenJournals()) {
    const golden = readFileSync(new URL(`v1-${name}.ndjson`, FOLDER), 'utf8');
    const types = (lines: string) => parseExport(lines)[0]?.events.map(({ type }) => type);
    expect(types(text), name).toEqual(types(golden));
  }
});

import { expect, test } from 'vitest';
import { EMPTY_HEAD, headOf, type JournalEvent } from '../../src/journal/envelope.ts';
import { exportLines } from '../../src/journal/export.ts';
import { verifyChain, verifyExport } from '../../src/journal/verify.ts';
import { waitedMs } from '../support/memory-of.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { proposed, runId, sampleRun, sealed, started } from '../support/sample-journal.ts';
import { seeded } from '../support/seeded.ts';

const FLIPS = size({ small: 500, recorded: 5_000, large: 10_000 });
const MANY = size({ small: 20_000, recorded: 1_000_000, large: 1_000_000 });

function exported(events: readonly JournalEvent[], payloads: Parameters<typeof exportLines>[2] = []): string {
  return `${[...exportLines(events[0]!.run, events, payloads)].join('\n')}\n`;
}
function isSound(text: string, head: string): boolean {
  return verifyExport(text, { head }).every(({ result }) => result.ok);
}

/** An export of a hundred events, and one with a value that was moved out. */
function samples(): { text: string; head: string }[] {
  const run = runId('long');
  const events = sealed(run, EMPTY_HEAD, [
    started(),
    ...Array.from({ length: 99 }, (_, n) => proposed(`output ${n} — é`)),
  ]);
  const sample = sampleRun();
  return [
    { text: exported(events), head: headOf(events).hash },
    { text: exported(sample.events, sample.payloads), head: headOf(sample.events).hash },
  ];
}

test('R3: a journal cut off within its last records, at every byte, is found', { timeout: 600_000 }, () =>
  measured({ id: 'R3', what: 'the last three lines cut off at every byte' }, async () => {
    let trials = 0;
    for (const { text, head } of samples()) {
      const bytes = Buffer.from(text);
      const lines = text.trimEnd().split('\n');
      const tail = Buffer.byteLength(lines.slice(-3).join('\n')) + 1;
      // Without the last line end it is whole.
      for (let length = bytes.length - tail; length < bytes.length - 1; length++, trials++)
        expect(isSound(bytes.subarray(0, length).toString(), head), `cut at byte ${length}`).toBe(false);
    }
    return { trials };
  }),
);

test(`R3: ${FLIPS} flipped bits and overwritten bytes are found`, { timeout: 600_000 }, () =>
  measured({ id: 'R3', what: 'flipped bits, overwritten and doubled bytes in an export' }, async () => {
    const draw = seeded(SEED);
    const all = samples();
    for (let n = 0; n < FLIPS; n++) {
      const { text, head } = all[n % all.length]!;
      const bytes = Buffer.from(text);
      const at = draw(bytes.length - 1);
      const before = bytes[at] ?? 0;
      const kind = draw(3);
      if (kind === 0) bytes[at] = before ^ (1 << draw(8));
      else if (kind === 1) bytes[at] = (before + 1 + draw(255)) & 0xff;
      const changed =
        kind === 2 ? Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + 1), bytes.subarray(at)]) : bytes;
      if (changed.toString() === text) continue;
      const differs = canonical(changed.toString()) !== canonical(text);
      expect(isSound(changed.toString(), head), `byte ${at}, kind ${kind}`).toBe(!differs);
    }
    return { trials: FLIPS, note: 'white space between the members of a line says nothing and is not counted' };
  }),
);

/** What the lines say, whatever white space stands between; unreadable text stays as it is. */
function canonical(text: string): string {
  try {
    const said = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.stringify(JSON.parse(line)));
    return said.join('\n');
  } catch {
    return text;
  }
}

test(
  'S13: an event edited, deleted, doubled, exchanged or put in, at every position, is found offline',
  { timeout: 600_000 },
  () =>
    measured(
      { id: 'S13', what: 'one event edited, deleted, doubled, exchanged or inserted at every position' },
      async () => {
        const run = runId('long');
        const drafts = Array.from({ length: 99 }, (_, n) => proposed(`output ${n}`));
        const events = sealed(run, EMPTY_HEAD, [started(), ...drafts]);
        const other = sealed(run, EMPTY_HEAD, [started(), ...drafts]);
        const { hash: head } = headOf(events);
        let trials = 0;
        for (const [index, event] of events.entries()) {
          const edits: Partial<JournalEvent>[] = [
            { at: '2026-03-01T10:00:00.001Z' },
            { type: 'hold.decided' },
            { by: 'user:eve' },
            { data: { forged: true } },
            { salt: '0'.repeat(32) },
            { dataHash: '1'.repeat(64) },
            { prev: '1'.repeat(64) },
            { hash: '1'.repeat(64) },
            { seq: event.seq + 1 },
            { run: runId('other') },
          ];
          const forged: JournalEvent[][] = [
            ...edits.map((edit) => events.with(index, { ...event, ...edit } as JournalEvent)),
            events.toSpliced(index, 1),
            events.toSpliced(index, 0, event),
            events.with(index, other[index]!),
            events.slice(0, index),
            [...events.slice(0, index), ...other.slice(index)],
            ...(index > 0 ? [events.with(index, events[index - 1]!).with(index - 1, event)] : []),
          ];
          for (const [kind, changed] of forged.entries()) {
            // Of a journal that begins anew with the same words only the head tells.
            expect(verifyChain(changed, { head }).ok, `event ${index + 1}, kind ${kind}`).toBe(false);
            trials++;
          }
        }
        return { trials };
      },
    ),
);

test(`S13: ${MANY} events are verified within a minute for a million`, { timeout: 600_000 }, () =>
  measured({ id: 'S13', what: 'time to verify the chain of one long run' }, async () => {
    const run = runId('many');
    const events: JournalEvent[] = sealed(run, EMPTY_HEAD, [started()]);
    const block = Array.from({ length: 1_000 }, (_, n) => proposed(`output ${n}`));
    while (events.length < MANY) for (const event of sealed(run, headOf(events.slice(-1)), block)) events.push(event);
    const [since, waitedBefore] = [performance.now(), waitedMs(process.pid)];
    expect(verifyChain(events)).toMatchObject({ ok: true, count: events.length });
    const seconds = (performance.now() - since) / 1_000;
    const own = seconds - (waitedMs(process.pid) - waitedBefore) / 1_000;
    expect(own).toBeLessThan((60 * events.length) / 1_000_000);
    const note = `${events.length} events in ${seconds.toFixed(1)} s; without waiting for a processor that others had, in ${own.toFixed(1)} s`;
    return { trials: 1, note };
  }),
);

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from '../test/support/reliability.ts';
import { MECHANISMS, type Mechanism, takeOut, vitest } from './mechanisms.ts';

/**
 * Runs the tests of the table of promises at their recorded sizes (with `HOLDPOINT_SOAK=1` at the large ones), takes out one
 * mechanism after the other to see its test fail, and writes docs/reliability.md from what they reported.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const TESTS = [
  ...['faults/fault-points', 'faults/power-cut', 'faults/disk-faults', 'faults/corruption', 'faults/sent-again'],
  ...['faults/model-faults', 'properties/decision-races', 'properties/runs', 'replay/golden', 'runner/changed-crew'],
  ...['runner/moved-clock', 'runner/restarted-deadlines', 'runner/approved-digest', 'server/slow-clients'],
  ...['runner/postgres-nodes', 'faults/database-away', 'simulator/simulator'],
]
  .map((name) => `test/${name}.test.ts`)
  .filter((file) => existsSync(`${root}${file}`));
const PROMISES: Readonly<Record<string, string>> = {
  R1: '0 lost decisions, 0 repeated completed effects, 0 stuck runs, back in 5 s',
  R2: 'as R1 on the journal: nothing acknowledged is lost',
  R3: 'all found, none skipped',
  R4: 'one winner, losers told who',
  R5: 'one effect; the same id with other content refused',
  R6: 'all `HOLD_STALE`',
  R8: 'same state; every change flagged, run parked, 0 effects',
  R9: 'same state',
  R10: 'nothing accepted late, nothing expired early, order by seq',
  R11: 'each fires once',
  R13: 'no acknowledgement, clear error, clean recovery',
  R14: '0 failed runs, no answer cut',
  R15: '0 gaps, 0 duplicates, others undisturbed',
  R17: 'invariants 1 to 10',
  S8: 'refused: what runs is what was approved',
  S13: 'found offline; a million events within 60 s',
};

function measure(): { rows: Row[]; failed: boolean } {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-reliability-'));
  const file = join(folder, 'rows.ndjson');
  writeFileSync(file, '');
  // One file at a time: several would take the processor from each other, and from what they time.
  const status = vitest(root, [...TESTS, '--no-file-parallelism'], { HOLDPOINT_RELIABILITY: file });
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  rmSync(folder, { recursive: true });
  return { rows: rows.sort((a, b) => orderOf(a) - orderOf(b)), failed: status !== 0 };
}

function orderOf({ id }: Row): number {
  return (id.startsWith('S') ? 100 : 0) + Number(id.slice(1));
}

/** The highest rate of failures that so many trials without one leave possible, at 95 %. */
function bound({ trials, failures }: Row): string {
  if (failures > 0) return '—';
  const percent = (1 - 0.05 ** (1 / trials)) * 100;
  return percent > 50 ? '—' : `${percent.toPrecision(2)} %`;
}

function page(rows: readonly Row[], mechanisms: readonly { mechanism: Mechanism; noticed: boolean }[]): string {
  const lines = rows.map((row) => {
    const { id, what, trials, failures, seconds, note } = row;
    const cells = [
      id,
      what,
      PROMISES[id] ?? '',
      trials.toLocaleString('en'),
      failures,
      bound(row),
      seconds.toFixed(1),
      note,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const taken = mechanisms.map(
    ({ mechanism: { name, test, named }, noticed }) =>
      `| ${name} | \`${test}\`${named ? `, "${named}"` : ''} | ${noticed ? 'fails' : '**passes**'} |`,
  );
  const [first] = rows;
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.versions.node}`;
  return `# Reliability

Written by the tests themselves: \`npm run reliability\`. Do not edit.

${first?.date.slice(0, 10)}, seed ${first?.seed}, on ${machine}. Sizes: ${process.env.HOLDPOINT_SOAK === '1' ? 'large' : 'recorded'}. The ordinary test run does each of these
with smaller numbers; \`HOLDPOINT_SOAK=1\` with larger ones, \`HOLDPOINT_SEED=N\` with another seed. A failure names its seed and can be repeated with it.

*Bound*: with no failure in so many trials, the true rate is below this with 95 % confidence.

| | what | must show | trials | failures | bound | seconds | |
|---|---|---|---|---|---|---|---|
${lines.join('\n')}

## What each mechanism is for

Each was taken out in a copy of the sources; the test named here had to fail then.

| taken out | test | then it |
|---|---|---|
${taken.join('\n')}

## How

- *Killed* (R1): the real server is a process of its own, with a recording world and a scripted model server outside it. It is sent SIGKILL at named points in the
  code (\`src/journal/fault-point.ts\`) and at random moments, and started again on the same file, until every run has ended. Then the journal, the world and the model's
  log must agree.
- *Power cut* (R2): the disk calls of a real writer are recorded with strace. After any of them the disk is rebuilt with what was synced; every other write is kept, lost,
  torn in half or turned into garbage by chance; and the database is opened on that. No file system reorders more than this, but a disk that lies about its syncs is not covered.
- *Full and failing disks* (R13): a small file system of its own fills up at any write; and strace lets the nth write or sync fail with EIO, ENOSPC or EROFS.
- *Simulator* (R17): engine, clock, model, tools, reviewers and a store that refuses, is slow, and lets a process freeze and come back as a zombie; all from one seed, without
  waiting for real time. fast-check shrinks what fails.
- R2 and R13 need Linux, strace and root; elsewhere these tests are skipped and say why.
`;
}

const { rows, failed } = measure();
const mechanisms = MECHANISMS.map((mechanism) => ({ mechanism, noticed: takeOut(mechanism) }));
writeFileSync(`${root}docs/reliability.md`, page(rows, mechanisms));
for (const { mechanism, noticed } of mechanisms) if (!noticed) console.error(`Not noticed: ${mechanism.name}`);
process.exit(failed || mechanisms.some(({ noticed }) => !noticed) ? 1 : 0);

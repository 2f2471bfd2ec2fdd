import type { Row } from '../test/support/reliability.ts';
import type { ReliabilityRecord } from './reliability-record.ts';

/** What each row must show, and how often it is to be tried: in the ordinary run, and at the large size. */
const PROMISES: Readonly<Record<string, { readonly shows: string; readonly asked: string }>> = {
  R1: { shows: '0 lost decisions, 0 repeated completed effects, 0 stuck runs, back in 5 s', asked: '60 / 1,000' },
  R2: { shows: 'as R1 on the journal: nothing acknowledged is lost', asked: '20 / 200' },
  R3: { shows: 'all found, none skipped', asked: '500 / 10,000' },
  R4: { shows: 'one winner, losers told who', asked: '500 / 10,000' },
  R5: { shows: 'one effect; the same id with other content refused', asked: '200 / 2,000' },
  R6: { shows: 'all `HOLD_STALE`', asked: '200 / 1,000' },
  R7: {
    shows: 'restart ready within 10 s; first page p95 200 ms; acknowledgement p95 250 ms; at most 1 GiB; memory flat',
    asked: '1,000 / 10,000',
  },
  R8: { shows: 'same state; every change flagged, run parked, 0 effects', asked: '30 changes, all releases' },
  R9: { shows: 'same state', asked: 'properties' },
  R10: { shows: 'nothing accepted late, nothing expired early, order by seq', asked: '50' },
  R11: { shows: 'each fires once', asked: '200' },
  R12: { shows: '0 acknowledgements, typed error, memory flat, drained within 5 s', asked: '1 / 10, 60 s' },
  R13: { shows: 'no acknowledgement, clear error, clean recovery', asked: '100 / 1,000' },
  R14: { shows: '0 failed runs, no answer cut', asked: '100 runs' },
  R15: { shows: '0 gaps, 0 duplicates, others undisturbed, at most 1 MB buffered', asked: '200 / 1,000' },
  R16: { shows: 'goes on elsewhere within 15 s, 0 lost, 0 doubled; a zombie appends nothing', asked: '10 / 200' },
  R17: { shows: 'invariants 1 to 10', asked: '100 / 10,000' },
  S8: { shows: 'refused: what runs is what was approved', asked: '1,000' },
  S13: { shows: 'found offline; a million events within 60 s', asked: 'all positions' },
  S16: { shows: 'no effect begins 2 s later, no run starts until it is lifted', asked: '1' },
};

/** The highest rate of failures that so many trials without one leave possible, at 95 %. */
function bound({ trials, failures }: Row): string {
  if (failures > 0) return '—';
  const percent = (1 - 0.05 ** (1 / trials)) * 100;
  return percent > 50 ? '—' : `${percent.toPrecision(2)} %`;
}

function lineOf(row: Row): string {
  const { id, what, trials, failures, seconds, note, seed, date } = row;
  const { shows = '', asked = '' } = PROMISES[id] ?? {};
  const measured = [trials.toLocaleString('en'), failures, bound(row), seconds.toFixed(1)];
  return `| ${[id, what, shows, asked, ...measured, `${date.slice(0, 10)}, ${seed}`, note].join(' | ')} |`;
}

/** `docs/reliability.md` as it follows from the record: nothing in it is written by hand. */
export function reliabilityPage({ rows, mechanisms }: ReliabilityRecord): string {
  const taken = mechanisms.map(
    ({ name, test, named, noticed }) =>
      `| ${name} | \`${test}\`${named ? `, "${named}"` : ''} | ${noticed ? 'fails' : '**passes**'} |`,
  );
  const machines = [...new Set(rows.map(({ machine }) => machine))];
  return `# Reliability

Written from what the tests reported (\`docs/reliability.json\`) by \`npm run reliability\`. Do not edit.

Machine: ${machines.join('; ')}. Each row says when it was measured and with which seed. \`npm run reliability -- rows R1 R7\` measures
rows anew, with \`HOLDPOINT_SOAK=1\` at the large sizes, with \`HOLDPOINT_SEED=N\` from another seed; \`npm run reliability -- mechanisms\` takes every mechanism out
once. The ordinary test run does each row with smaller numbers. A failure names its seed and can be repeated with it.

*Asked*: how often the row is to be tried, in the ordinary run / at the large size. *Trials*: how often it was tried for this page. *Bound*: with no failure in
so many trials, the true rate is below this with 95 % confidence. A row that promises a time also tells how much of it the server waited for a processor that other
programs had (\`/proc/PID/schedstat\`): the promise is about the rest.

| | what | must show | asked | trials | failures | bound | seconds | date, seed | |
|---|---|---|---|---|---|---|---|---|---|
${rows.map(lineOf).join('\n')}

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
- *Held* (R7): a server process of its own on a database full of runs that wait; killed, started again, asked for its first page, and decided on over sockets.
- *Database away* (R12): a server process of its own on Postgres, which is stopped, or stands behind a network that loses its answers, or carries nothing any more, but stays open. People
  keep deciding and starting runs all the while. The server has 96 MB of heap, so that what it keeps of refused calls would end it.
- *Clients* (R15): a server process of its own, with 96 MB of heap, and four clients whose networks are cut or go silent, side by side, while large events are written; a fifth has a good network.
- *Everything stopped* (S16): a server process of its own under load, a model server and a world that note the time of each request; the stop is declared from the command line.
  Then the server is killed and started again, and all is resumed.
- *Full and failing disks* (R13): a small file system of its own fills up at any write; and strace lets the nth write or sync fail with EIO, ENOSPC or EROFS.
- *Simulator* (R17): engine, clock, model, tools, reviewers and a store that refuses, is slow, and lets a process freeze and come back as a zombie; all from one seed, without
  waiting for real time. fast-check shrinks what fails.
- R2 and R13 need Linux, strace and root; elsewhere these tests are skipped and say why.
`;
}

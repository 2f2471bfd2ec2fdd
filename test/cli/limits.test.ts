import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { atOnceOf } from '../../src/cli/at-once.ts';
import { limitsOf } from '../../src/cli/limits.ts';
import { takeSettings } from '../../src/cli/settings.ts';
import { openHoldpoint } from '../../src/index.ts';
import { memoryJournal } from '../../src/testing.ts';

afterEach(() => takeSettings({ HOLDPOINT_LIMITS: '', HOLDPOINT_AT_ONCE: '' }));

test('what is not named has its default; a flag wins over the environment', () => {
  expect(limitsOf({})).toEqual({
    engine: { maxRunEvents: 100_000, maxValueBytes: 16_777_216, stopGraceMs: 10_000, functionTimeoutMs: 300_000 },
    server: {
      maxMessageBytes: 1_000_000,
      maxBufferedBytes: 1_000_000,
      slowClientMs: 30_000,
      messagesPerSecond: 200,
      runUpdatesPerSecond: 20_000,
    },
  });
  takeSettings({ HOLDPOINT_LIMITS: 'maxRunEvents=500, stopGraceMs=0\nmessagesPerSecond=1000' });
  const { engine, server } = limitsOf({ limit: ['maxRunEvents=700'] });
  expect(engine).toMatchObject({ maxRunEvents: 700, stopGraceMs: 0 });
  expect(server).toMatchObject({ messagesPerSecond: 1_000 });
});

test.for([
  ['maxRunEvent=5', /Not a limit: "maxRunEvent=5".*maxRunEvents/],
  ['maxRunEvents', /Not a limit/],
  ['__proto__=5', /Not a limit/],
  ['maxRunEvents=lots', /maxRunEvents: .*number/],
  ['maxRunEvents=', /maxRunEvents: .*number/],
  ['maxRunEvents=-1', /maxRunEvents: .*number/],
  ['maxRunEvents=5', /maxRunEvents: .*>=100/],
  ['messagesPerSecond=20', /messagesPerSecond: .*>=100/],
] as const)('refuses %s, and says what to write', ([text, told]) => {
  expect(() => limitsOf({ limit: [text] })).toThrow(
    expect.objectContaining({ code: 'LIMIT_INVALID', message: expect.stringMatching(told) }),
  );
});

test('a program is told the same', async () => {
  const open = (limits: object) => openHoldpoint({ crews: [], database: memoryJournal(), limits });
  await expect(open({ maxRunEvents: 1.5 })).rejects.toMatchObject({ code: 'LIMIT_INVALID' });
  await expect(open({ maxEvents: 500 })).rejects.toMatchObject({
    code: 'LIMIT_INVALID',
    message: expect.stringContaining('maxEvents'),
  });
});

test('how much is done at once: flags win over the environment, names may hold anything but an end', () => {
  takeSettings({ HOLDPOINT_AT_ONCE: 'runs=50, crew:elsewhere=3\ncrew:desk=2 model:a=b:c=4' });
  expect(atOnceOf({ atOnce: ['crew:desk=7', 'model:gpt-5=1'] }, ['desk'])).toEqual({
    runs: 50,
    crews: { desk: 7, elsewhere: 3 },
    models: { 'a=b:c': 4, 'gpt-5': 1 },
  });
});

test.for([
  ['run=5', /Write runs=N, crew:NAME=N or model:NAME=N/],
  ['runs', /Write runs=N/],
  ['crew:=5', /Write runs=N/],
  ['runs=0', /runs: .*>=1/],
  ['runs=many', /runs: .*number/],
  ['crew:desk=-1', /crews.desk: .*number/],
  ['crew:dask=1', /no crew "dask" to limit. Loaded: desk\./],
] as const)('refuses --at-once %s, and says what to write', ([text, told]) => {
  expect(() => atOnceOf({ atOnce: [text] }, ['desk'])).toThrow(
    expect.objectContaining({ code: 'LIMIT_INVALID', message: expect.stringMatching(told) }),
  );
});

test('docs/limits.md names each limit with its default', () => {
  const text = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(([, name = '', value = '']) => [
    name,
    Number(value.replaceAll(',', '')),
  ]);
  const { engine, server } = limitsOf({});
  expect(Object.fromEntries(rows)).toEqual({ ...engine, ...server });
});

import { expect, test } from 'vitest';
import { LateJobs } from '../../src/journal/late-jobs.ts';
import type { RunJobs } from '../../src/journal/run-jobs.ts';

/** Jobs of which the first `failures` openings fail. */
function late(failures: number) {
  const happened: string[] = [];
  const jobs = { close: async () => void happened.push('closed') } as unknown as RunJobs;
  const self = new LateJobs({
    async open() {
      happened.push('opening');
      if (failures-- > 0) throw new Error('away');
      return jobs;
    },
    opened: async () => void happened.push('opened'),
    failed: (error) => void happened.push(`failed: ${(error as Error).message}`),
  });
  return { self, happened, jobs };
}

test('whoever needs them waits for them, and they are opened once', async () => {
  const { self, happened, jobs } = late(0);
  self.openSoon();
  expect(self.now).toBeNull();
  expect(await Promise.all([self.ready(), self.ready()])).toEqual([jobs, jobs]);
  expect(happened).toEqual(['opening', 'opened']);
  await self.close();
  expect(happened).toEqual(['opening', 'opened', 'closed']);
  expect(self.now).toBeNull();
});

test('what could not be opened is tried again by whoever asks next', async () => {
  const { self, happened, jobs } = late(2);
  self.openSoon();
  expect(await self.ready()).toBeNull();
  expect(await Promise.all([self.ready(), self.ready()])).toEqual([null, null]);
  expect(await self.ready()).toBe(jobs);
  expect(happened.filter((what) => what === 'opening')).toHaveLength(3);
});

test('who leaves before they are open opens nothing any more', async () => {
  const { self, happened } = late(0);
  self.openSoon();
  await self.close();
  expect(await self.ready()).toBeNull();
  expect(happened).toEqual([]);
});

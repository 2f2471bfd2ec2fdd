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

test('they are opened once, and nobody waits for it', async () => {
  const { self, happened, jobs } = late(0);
  self.openSoon();
  expect(await self.again()).toBeNull();
  expect(happened).toEqual([]);
  await expect.poll(() => self.now).toBe(jobs);
  expect(await Promise.all([self.again(), self.again()])).toEqual([jobs, jobs]);
  await self.close();
  expect(happened).toEqual(['opening', 'opened', 'closed']);
  expect(self.now).toBeNull();
});

test('what could not be opened is tried again by whoever asks next', async () => {
  const { self, happened, jobs } = late(2);
  self.openSoon();
  await expect.poll(() => happened).toEqual(['opening', 'failed: away']);
  expect(await Promise.all([self.again(), self.again()])).toEqual([null, null]);
  expect(await self.again()).toBe(jobs);
  expect(happened.filter((what) => what === 'opening')).toHaveLength(3);
});

test('who leaves before they are open opens nothing any more', async () => {
  const { self, happened } = late(0);
  self.openSoon();
  await self.close();
  expect(await self.again()).toBeNull();
  expect(happened).toEqual([]);
});

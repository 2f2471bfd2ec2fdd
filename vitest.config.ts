import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/support/slow-first.ts';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Where `.ci/run` wants the counts. */
const report = process.env.HOLDPOINT_TEST_REPORT;

/**
 * What the tests of these folders import is loaded once for a worker, not for each file: that took longer than the tests. The
 * others start processes and browsers, or measure their process: each file has one of its own.
 */
const TOGETHER = [
  'agents',
  'client',
  'crew',
  'hooks',
  'journal',
  'json',
  'replay',
  'runner',
  'security',
  'server',
  'web',
];
const MEASURING = ['test/runner/held-runs.test.ts', 'test/server/slow-clients.test.ts'];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^holdpoint$/, replacement: source('index.ts') },
      { find: /^holdpoint\/client$/, replacement: source('client/index.ts') },
      { find: /^holdpoint\/testing$/, replacement: source('testing.ts') },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['test/*.test.ts', `test/!(${TOGETHER.join('|')})/**/*.test.ts`, ...MEASURING],
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: [`test/(${TOGETHER.join('|')})/**/*.test.ts`],
          exclude: MEASURING,
          benchmark: { include: [] },
          isolate: false,
        },
      },
    ],
    // Against what never ends; nothing is measured by it.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What a test waits for comes when it comes: a second is short for a browser on a machine with other work.
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // By default one core is kept free, and of two that leaves one file at a time. Much of what tests do is waiting: for processes, for
    // the disk, for time to pass; two at a time left a third of two cores idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    sequence: { sequencer: SlowFirst },
    // Real processes, browsers and sockets on a machine that others may load: one hiccup is no failure, three are.
    retry: process.env.CI || report ? 2 : 0,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});

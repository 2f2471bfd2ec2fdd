import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/support/slow-first.ts';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Where `.ci/run` wants the counts. */
const report = process.env.HOLDPOINT_TEST_REPORT;

export default defineConfig({
  resolve: {
    alias: [
      { find: /^holdpoint$/, replacement: source('index.ts') },
      { find: /^holdpoint\/client$/, replacement: source('client/index.ts') },
      { find: /^holdpoint\/testing$/, replacement: source('testing.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Against what never ends; nothing is measured by it.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What a test waits for comes when it comes: a second is short for a browser on a machine with other work.
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // By default one core is kept free, and of two that leaves one file at a time. Much of what tests do is waiting for processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: SlowFirst },
    // Real processes, browsers and sockets on a machine that others may load: one hiccup is no failure, three are.
    retry: process.env.CI ? 2 : 0,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});

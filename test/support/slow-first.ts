import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whose tests start processes, servers or browsers, the slowest first: a file of these takes as long as dozens of the others. */
const SLOW = [
  ...['faults/fault-points.', 'cli/decide.', 'e2e/long-run.'],
  ...['faults/', 'e2e/', 'cli/', 'packed/', 'types/', 'bench/', 'examples/', 'docs/', 'server/', 'journal/'],
];

/** Several files run side by side. One that takes long must not be among the last, with nothing left to run beside it. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = SLOW.findIndex((part) => moduleId.includes(`/test/${part}`));
  return rank < 0 ? SLOW.length : rank;
}

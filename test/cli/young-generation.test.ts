import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const KEEPS_MUCH = `
  const kept = [];
  for (let n = 0; n < 400_000; n++) kept.push({ n, text: 'event ' + n });
  const { getHeapSpaceStatistics } = await import('node:v8');
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  console.log(JSON.stringify({ bytes: young.space_size, kept: kept.length }));
`;

/** Bytes of the young generation of a process that keeps all that it makes. */
function youngBytes(before: string): number {
  const args = ['--input-type=module', '--eval', before + KEEPS_MUCH];
  const said = execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' });
  return (JSON.parse(said) as { bytes: number }).bytes;
}

test('the young generation stays small in a process that asks for it, which it would not', () => {
  const asks = `const { keepYoungGenerationSmall } = await import('../../src/cli/young-generation.ts'); keepYoungGenerationSmall();`;
  expect(youngBytes('')).toBeGreaterThan(12_000_000);
  expect(youngBytes(asks)).toBeLessThan(6_000_000);
});

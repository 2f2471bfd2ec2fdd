import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { cliFolder } from '../support/cli.ts';
import { PLAIN } from '../support/cli-crews.ts';

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

/** Says what V8 is asked for, once the process is running. */
const TELLS = `
import { syncBuiltinESMExports } from 'node:module';
import v8 from 'node:v8';
v8.setFlagsFromString = (flags) => void process.stderr.write(flags + '\\n');
syncBuiltinESMExports();`;

test('the commands that read whole journals ask for it, and no other does', async () => {
  await using folder = await cliFolder({ 'tells.mjs': TELLS, 'plain.ts': PLAIN });
  const env = { NODE_OPTIONS: `--import=${join(folder.path, 'tells.mjs')}` };
  const asked = async (...args: string[]) => {
    const { code, stdout, stderr } = await folder.run([...args, '--json'], env);
    expect(code).toBe(0);
    return { stdout, asks: stderr.includes('--semi-space-growth-factor=1') };
  };
  const started = await asked('run', 'plain.ts', '--model', 'rehearsal');
  expect(started.asks).toBe(false);
  const { id } = JSON.parse(started.stdout) as RunSummary;
  for (const command of ['replay', 'verify']) expect(await asked(command, id)).toMatchObject({ asks: true });
  expect((await folder.run(['export', id], env)).stderr).toContain('--semi-space-growth-factor=1');
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildOnce, ROOT } from '../support/build-once.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Sample {
  readonly scenario: string;
  readonly contestant: string;
  readonly result: Record<string, unknown>;
}

/** The benchmark at its smallest. What it counts must be right; how long it took is nobody's business here. */
async function bench(...args: string[]): Promise<{ samples: Sample[]; markdown: string }> {
  await buildOnce();
  const folder = await temporaryFolder();
  const out = join(folder.path, 'results');
  const main = join(ROOT, 'bench', 'run.ts');
  const size = ['--stores', 'sqlite', '--rounds', '1', '--scale', '0.02', '--out', out];
  const child = spawn(process.execPath, [main, ...size, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code, said).toBe(0);
  const { samples } = JSON.parse(readFileSync(`${out}.json`, 'utf8')) as { samples: Sample[] };
  const markdown = readFileSync(`${out}.md`, 'utf8');
  await folder.remove();
  return { samples, markdown };
}

test('measures crews beside a bare loop, and counts what each did', { timeout: 120_000 }, async () => {
  const { samples, markdown } = await bench(
    ...['--contestants', 'bare,holdpoint', '--scenarios', 'throughput,decision,double,approval,help'],
  );
  const of = (scenario: string, contestant: string) =>
    samples.find((one) => one.scenario === scenario && one.contestant === contestant)?.result;
  expect(samples.filter(({ result }) => 'broken' in result)).toEqual([]);

  for (const contestant of ['bare', 'holdpoint']) {
    expect(of('throughput', contestant)).toMatchObject({ runs: 5, tasks: 5, failed: 0 });
    expect(of('decision', contestant)).toMatchObject({ decisions: 5, measured: 5, llm_calls_per_run: 3, failed: 0 });
  }
  expect(of('double', 'bare')).toMatchObject({ calls: 2, outcomes: 'done + done' });
  expect(of('double', 'holdpoint')).toMatchObject({ calls: 1, outcomes: expect.stringMatching(/approved by user:/) });
  expect(of('approval', 'bare')).toMatchObject({ kills: 1, kept: 0, asked_again: 1 });
  expect(of('approval', 'holdpoint')).toMatchObject({ kills: 1, kept: 1, lost: 0, calls_repeated: 1 });

  expect(markdown).toContain('tasks/s × bare');
  expect(markdown).toMatch(/\| holdpoint \| sqlite \| \d/);
});

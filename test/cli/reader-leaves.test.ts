import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildOnce } from '../support/build-once.ts';
import { CLI_MAIN } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('a reader of the progress who leaves changes neither the run nor its exit code', async () => {
  await buildOnce();
  const folder = await temporaryFolder();
  const database = `file:${join(folder.path, 'h.db')}`;
  const crew = at('../fixtures/crews/newsroom.crew.ts');
  const args = [
    'run',
    crew,
    '--input',
    'topic=bees',
    '--model',
    'rehearsal',
    '--review',
    'none',
    '--database',
    database,
  ];
  const child = spawn(process.execPath, [CLI_MAIN, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.destroy();
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(3);
  await folder.remove();
});

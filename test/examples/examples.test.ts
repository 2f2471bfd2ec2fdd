import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildOnce, ROOT } from '../support/build-once.ts';
import { countingModelServer, documentedOutput, type Ran, runCli, runExample } from '../support/run-example.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const EXAMPLES = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

beforeAll(buildOnce, 120_000);

describe.each(EXAMPLES)('the example %s', (name) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let ran: Ran;
  beforeAll(async () => {
    folder = await temporaryFolder();
    ran = await runExample(name, folder.path);
  });
  afterAll(() => folder.remove());

  test('prints what its head says, without a key', () => {
    expect(ran.stderr).not.toMatch(/error|warn/i);
    expect(ran.stdout).toMatch(documentedOutput(name));
    expect(ran.code).toBe(0);
  });

  test('replays from what it left behind, with the crew as it is, and asks no model', async () => {
    const model = await countingModelServer();
    const log = join(folder.path, 'holdpoint.log');
    const source = existsSync(log) ? log : (/run_\w+/.exec(ran.stdout)?.[0] ?? 'no run');
    const crew = join(ROOT, 'examples', name, 'crew.ts');
    const env = { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'none' };
    const replayed = await runCli(['replay', source, '--crew', crew, '--json'], folder.path, env);
    expect(replayed.stderr).toBe('');
    expect(replayed.code).toBe(0);
    const { count, compared, state } = JSON.parse(replayed.stdout);
    expect(state.summary.status).toBe('completed');
    expect(count).toBe(state.seq);
    expect(compared).toBeGreaterThan(0);
    const verified = await runCli(['verify', source], folder.path, env);
    expect(verified.code).toBe(0);
    expect(model.requests()).toBe(0);
    model.close();
  });
});

import { expect, test } from 'vitest';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { PLAIN } from '../support/cli-crews.ts';
import { type OpenAIServer, startOpenAIServer } from '../support/openai-server.ts';

async function untilSecondTask(): Promise<{
  folder: CliFolder;
  model: OpenAIServer;
  run: ReturnType<CliFolder['start']>;
  env: Record<string, string>;
}> {
  const model = await startOpenAIServer();
  await model.rules({ when: 'Say another', hold: true, times: 1 });
  const folder = await cliFolder({ 'plain.ts': PLAIN });
  const env = { OPENAI_BASE_URL: model.baseURL, OPENAI_API_KEY: 'key' };
  const run = folder.start(['run', 'plain.ts', '--json'], env);
  await model.waitFor('Say another');
  return { folder, model, run, env };
}

test('Ctrl-C keeps the run: 3, how to go on, and nothing is done twice', async () => {
  const { folder, model, run, env } = await untilSecondTask();
  await using _folder = folder;
  await using _model = model;
  run.child.kill('SIGINT');
  const { code, stdout, stderr } = await run.ended;
  expect(code).toBe(3);
  const { id, tasks } = JSON.parse(stdout) as { id: string; tasks: Record<string, string> };
  expect(tasks).toEqual({ first: 'completed', second: 'working' });
  expect(stderr).toContain(`Run ${id} is kept; go on with: holdpoint runs resume ${id} plain.ts`);
  const resumed = await folder.json(['runs', 'resume', id, 'plain.ts'], env);
  expect(resumed).toMatchObject({ code: 0, lines: [{ id, status: 'completed' }] });
  const asked = (await model.requests()).map(({ body }) => JSON.stringify(body.messages));
  expect(
    asked.filter((messages) => messages.includes('Say one thing') && !messages.includes('Say another')),
  ).toHaveLength(1);
});

test('a killed run goes on in another process', async () => {
  const { folder, model, run, env } = await untilSecondTask();
  await using _folder = folder;
  await using _model = model;
  run.child.kill('SIGKILL');
  await run.ended;
  expect(await folder.json(['runs', 'resume', 'plain.ts'], env)).toMatchObject({
    code: 0,
    lines: [{ status: 'completed' }],
  });
});

test('a model that is not there fails the run, and says so', async () => {
  await using folder = await cliFolder({
    'plain.ts': PLAIN.replaceAll("description: 'Say", "onFailure: 'fail', description: 'Say"),
  });
  await using model = await startOpenAIServer();
  await model.rules({ when: '', fault: 'content-filter' });
  const { code, lines } = await folder.json(['run', 'plain.ts'], { OPENAI_BASE_URL: model.baseURL });
  expect({ code, lines }).toMatchObject({ code: 1, lines: [{ status: 'failed', error: { code: 'MODEL_REFUSED' } }] });
});

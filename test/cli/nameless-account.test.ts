import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { NEWSROOM } from '../support/cli-crews.ts';

/** What Node says where the number that a process runs under has no name, as with `docker run --user 1234`. */
const NAMELESS = `
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
os.userInfo = () => {
  throw Object.assign(new Error('A system error occurred: uv_os_get_passwd returned ENOENT (no such file or directory)'), {
    code: 'ERR_SYSTEM_ERROR',
  });
};
syncBuiltinESMExports();`;

let folder: CliFolder;
let nameless: { NODE_OPTIONS: string };
beforeAll(async () => {
  folder = await cliFolder({ 'newsroom.ts': NEWSROOM, 'nameless.mjs': NAMELESS });
  nameless = { NODE_OPTIONS: `--import=${join(folder.path, 'nameless.mjs')}` };
});
afterAll(() => folder[Symbol.asyncDispose]());

const RUN = ['run', 'newsroom.ts', '--input', 'topic=bees', '--model', 'rehearsal', '--review', 'none'];

test.for([
  ['nobody knows what it is called', {}, 'local:unknown'],
  ['its name is empty', { USER: '' }, 'local:unknown'],
  ['the environment names it', { USER: 'operations' }, 'local:operations'],
] as const)('an account without a name starts a run where %s', async ([, env, user]) => {
  const { code, lines, stderr } = await folder.json(RUN, { ...nameless, ...env });
  expect({ code, stderr, lines }).toMatchObject({ code: 3, lines: [{ requestedBy: user }] });
});

test('and it serves, and its session acts under the same name', async () => {
  const server = folder.start(['serve', 'newsroom.ts', '--port', '0', '--model', 'rehearsal', '--json'], nameless);
  const [line] = await server.waitFor('stdout', /^\{.*\}\n/);
  const { url, launchUrl } = JSON.parse(line) as { url: string; launchUrl: string };
  const opened = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ launchToken: new URL(launchUrl).hash.replace('#launch=', '') }),
  });
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const me = await fetch(`${url}/api/v1/me`, { headers: { cookie } });
  expect(await me.json()).toMatchObject({ user: 'local:unknown' });
});

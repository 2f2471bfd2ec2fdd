import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCrews } from '../../src/cli/load-crews.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CREW = `
import { defineCrew } from 'holdpoint';
import { role } from './lib/role';
export default defineCrew({ name: 'c', agents: { a: { role: role(), goal: 'G' } }, tasks: { t: { agent: 'a', description: 'D' } } });
`;
const FILES = {
  'c.crew.ts': CREW,
  'lib/role.ts': `import { word } from '../word.mjs';\nexport enum Kind { Only = 'only' }\nexport const role = () => Kind.Only + word;\n`,
  'word.mjs': `export const word = 'W';\n`,
  'other.ts': 'export const other = 1;\n',
};

test('the hash of a crew covers what it imports, wherever it lies, and nothing else', async () => {
  const modulesWith = async (changes: Partial<typeof FILES> = {}) => {
    const { path, remove } = await temporaryFolder();
    await mkdir(join(path, 'lib'));
    for (const [name, text] of Object.entries({ ...FILES, ...changes })) await writeFile(join(path, name), text);
    const [crew] = await loadCrews([join(path, 'c.crew.ts')]);
    await remove();
    return crew?.modules;
  };
  const modules = await modulesWith();
  expect(modules).toMatch(/^[0-9a-f]{64}$/);
  expect(await modulesWith()).toBe(modules);
  expect(await modulesWith({ 'other.ts': 'export const other = 2;\n' })).toBe(modules);
  for (const name of ['c.crew.ts', 'lib/role.ts', 'word.mjs'] as const)
    expect(await modulesWith({ [name]: `${FILES[name]}// changed\n` }), name).not.toBe(modules);
});

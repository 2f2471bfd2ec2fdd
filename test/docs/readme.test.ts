import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program/program.ts';
import { buildOnce, ROOT } from '../support/build-once.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, content = '']) => ({
  language,
  content,
}));
const first = blocks.findIndex(({ language }) => language === 'ts');
const code = blocks[first]?.content ?? '';
const output = blocks[first + 1]?.content ?? '';

const folder = await temporaryFolder();

describe('README.md', () => {
  /** A folder in which the package is installed as users have it. */
  beforeAll(async () => {
    await buildOnce();
    mkdirSync(join(folder.path, 'node_modules'));
    symlinkSync(ROOT, join(folder.path, 'node_modules', 'holdpoint'));
    symlinkSync(join(ROOT, 'node_modules', 'zod'), join(folder.path, 'node_modules', 'zod'));
  }, 120_000);
  afterAll(() => folder.remove());

  function node(...args: string[]): string {
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder.path,
      encoding: 'utf8',
      env: withoutModel(),
    });
    return stderr + stdout;
  }

  test('has a first block that runs and prints what stands below it', () => {
    writeFileSync(join(folder.path, 'refund.mjs'), code);
    expect(node('refund.mjs')).toBe(output);
  });

  test('has a first block that type-checks, strictly and against the published types', () => {
    writeFileSync(join(folder.path, 'refund.mts'), code);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2023',
      module: 'nodenext',
      lib: ['es2024', 'esnext.disposable', 'dom'],
      skipLibCheck: true,
      exactOptionalPropertyTypes: true,
      types: [],
    };
    writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['refund.mts'] }));
    expect(node(join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.')).toBe('');
  });

  test('sets up the demo and the tests in one line each, alone in their blocks', () => {
    const commands = blocks.filter(({ language }) => language === 'sh').map(({ content }) => content.trim());
    expect(commands).toContain('npm ci --ignore-scripts && npm run demo');
    expect(commands).toContain('npm ci --ignore-scripts && npm run check');
  });

  test('says of no command that it is missing which is there, and names none that is not', () => {
    const there = buildProgram(() => undefined).commands.map((command) => command.name());
    const notYet = text.slice(text.indexOf('## Not yet'), text.indexOf('## Documents'));
    const missing = ['fork', 'rehearse', 'oversight'].filter((name) => notYet.includes(`\`${name}\``));
    expect(missing.filter((name) => there.includes(name))).toEqual([]);
    const named = [...text.matchAll(/npx holdpoint (\w+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !there.includes(name ?? ''))).toEqual([]);
  });

  test('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(5);
    for (const path of links) expect(() => readFileSync(join(ROOT, path)), path).not.toThrow(/ENOENT/);
  });
});

function withoutModel(): NodeJS.ProcessEnv {
  const {
    HOLDPOINT_MODEL: _model,
    HOLDPOINT_DATABASE: _database,
    OPENAI_API_KEY: _key,
    OPENAI_BASE_URL: _url,
    ...rest
  } = process.env;
  return rest;
}

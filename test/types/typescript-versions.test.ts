import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildOnce, ROOT } from '../support/build-once.ts';

const require = createRequire(import.meta.url);
const typeRoots = [dirname(dirname(require.resolve('@types/node/package.json')))];

const strict = { strict: true, noEmit: true, skipLibCheck: true };
const platform = { target: 'es2024', module: 'nodenext', types: ['node'], typeRoots };

let folder: string;
let checks: string[];

/** The same against the declarations that are shipped: a user's compiler reads those, and no source of ours. */
beforeAll(async () => {
  await buildOnce();
  const cache = join(ROOT, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  // In here `zod` is found.
  folder = await mkdtemp(join(cache, 'types-'));
  checks = await Promise.all(['define-crew', 'hold'].map(shippedChecks));
});
afterAll(() => rm(folder, { recursive: true }));

async function shippedChecks(name: string): Promise<string> {
  const written = await readFile(join(import.meta.dirname, `${name}.types.ts`), 'utf8');
  const path = join(folder, `${name}.types.mts`);
  await writeFile(
    path,
    written.replaceAll(/'[./]+\/src\/(.+)\.ts'/g, (_, module) => `'${join(ROOT, 'dist', module)}.js'`),
  );
  return path;
}

/** What the compiler prints: nothing if all wrong uses are refused, and all right ones accepted. */
async function compile(compiler: string, options: object): Promise<string> {
  const tsc = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin', 'tsc');
  const project = join(folder, `${compiler}-${Object.keys(options).length}.json`);
  await writeFile(project, JSON.stringify({ compilerOptions: { ...strict, ...platform, ...options }, files: checks }));
  const run = promisify(execFile)(process.execPath, [tsc, '-p', project]);
  return run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  );
}

// Each with the options of a plain strict project and with those that change optional and indexed types.
const PLAIN = {};
const STRICTER = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
it.each([
  ['typescript-5.7', PLAIN],
  ['typescript-5.7', STRICTER],
  ['typescript-5.9', STRICTER],
  ['typescript-6.0', PLAIN],
  ['typescript-6.0', STRICTER],
  ['typescript', PLAIN],
  ['typescript', STRICTER],
])('infers and refuses alike with %s and %j', async (compiler, options) => {
  expect(await compile(compiler, options)).toBe('');
});

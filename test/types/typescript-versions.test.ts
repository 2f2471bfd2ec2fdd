import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildOnce, ROOT } from '../support/build-once.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const require = createRequire(import.meta.url);
const typeRoots = [dirname(dirname(require.resolve('@types/node/package.json')))];

const strict = { strict: true, noEmit: true, skipLibCheck: true };
const platform = { target: 'es2024', module: 'nodenext', types: ['node'], typeRoots };

let folder: string;
let checks: string[];
let other: Awaited<ReturnType<typeof temporaryFolder>>;
let exporting: string;

/** The same against the declarations that are shipped: a user's compiler reads those, and no source of ours. */
beforeAll(async () => {
  await buildOnce();
  const cache = join(ROOT, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  // In here `zod` is found.
  folder = await mkdtemp(join(cache, 'types-'));
  checks = await Promise.all(['define-crew', 'hold'].map(shippedChecks));
  other = await temporaryFolder();
  exporting = await library(other.path);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await other.remove();
});

async function shippedChecks(name: string): Promise<string> {
  const written = await readFile(join(import.meta.dirname, `${name}.types.ts`), 'utf8');
  const path = join(folder, `${name}.types.mts`);
  await writeFile(
    path,
    written.replaceAll(/'[./]+\/src\/(.+)\.ts'/g, (_, module) => `'${join(ROOT, 'dist', module)}.js'`),
  );
  return path;
}

/** A library with the package installed, of which it sees what is exported and no more. Not below our `node_modules`: in there other rules apply. */
async function library(path: string): Promise<string> {
  const installed = join(path, 'node_modules', 'holdpoint');
  await cp(join(ROOT, 'dist'), join(installed, 'dist'), {
    recursive: true,
    filter: (file) => file.endsWith('.d.ts') || !/\.[a-z]+$/.test(file),
  });
  await cp(join(ROOT, 'package.json'), join(installed, 'package.json'));
  await symlink(dirname(require.resolve('zod/package.json')), join(path, 'node_modules', 'zod'));
  await cp(join(import.meta.dirname, 'exported.types.ts'), join(path, 'exported.mts'));
  return join(path, 'exported.mts');
}

/** What the compiler prints: nothing if all wrong uses are refused, and all right ones accepted. */
async function compile(compiler: string, options: object, files = checks): Promise<string> {
  const tsc = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin', 'tsc');
  const project = join(folder, `${compiler}-${Object.keys(options).length}.json`);
  await writeFile(project, JSON.stringify({ compilerOptions: { ...strict, ...platform, ...options }, files }));
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

it.each(['typescript-5.7', 'typescript-5.9', 'typescript-6.0', 'typescript'])(
  'what the package makes can be exported by a library with declarations, with %s',
  async (compiler) => {
    const emit = { declaration: true, emitDeclarationOnly: true, noEmit: false };
    const outDir = join(other.path, compiler);
    expect(await compile(compiler, { ...emit, outDir, rootDir: other.path }, [exporting])).toBe('');
    expect(await readFile(join(outDir, 'exported.d.mts'), 'utf8')).toContain('TypedTool<"refund"');
  },
);

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MECHANISMS } from '../scripts/mechanism-list.ts';

/** Which folder may import which; whatever is not listed may not. Files right under src/ are the composition of the public API. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  json: ['errors'],
  hooks: ['json', 'errors', 'ids'],
  crew: ['hooks', 'json', 'errors', 'ids'],
  journal: ['crew', 'hooks', 'json', 'errors', 'ids'],
  replay: ['journal', 'crew', 'hooks', 'json', 'errors', 'ids'],
  agents: ['crew', 'hooks', 'json', 'errors', 'ids'],
  runner: ['replay', 'journal', 'crew', 'hooks', 'json', 'errors', 'ids'],
  server: ['server/protocol', 'runner', 'replay', 'journal', 'crew', 'hooks', 'json', 'errors', 'ids'],
  'server/protocol': ['hooks', 'json', 'errors', 'ids'],
  client: ['server/protocol', 'hooks', 'json', 'errors', 'ids'],
  errors: [],
  ids: ['errors'],
};
const PURE = ['json', 'hooks', 'crew', 'replay'];
const IMPURE =
  /\b(Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|setInterval\(|setImmediate\(|process\.|fetch\()/;
const ALLOWED_MODULES: Readonly<Record<string, readonly string[]>> = {
  json: ['node:crypto', 'zod'],
  hooks: ['zod', 'jstat'],
  crew: ['zod', 'xstate'],
  replay: ['zod'],
};
const ADAPTERS = /journal\/(sqlite|memory|postgres)-|agents\//;

const root = join(import.meta.dirname, '..', 'src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const sources = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

function folderOf(file: string): string {
  if (file.startsWith('server/protocol/')) return 'server/protocol';
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

interface Import {
  readonly specifier: string;
  readonly to: string;
  /** Erased by the compiler: nothing of the other file runs. */
  readonly typeOnly: boolean;
}

function importsOf({ file, text }: (typeof sources)[number]): Import[] {
  const found = text.matchAll(/^(import|export)\b([^;]*?)\bfrom\s*'([^']+)'|\bimport\('([^']+)'\)/gm);
  return [...found].map(([, , clause = '', from, dynamic]) => {
    const specifier = from ?? dynamic ?? '';
    const to = specifier.startsWith('.') ? relative(root, join(root, file, '..', specifier)) : specifier;
    return { specifier, to, typeOnly: /^\s*type\b/.test(clause) };
  });
}

describe('the architecture', () => {
  test('has files to look at', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  test('imports point inward only', () => {
    const breaches = sources.flatMap((source) => {
      const from = folderOf(source.file);
      const allowed = MAY[from];
      if (!allowed) return [];
      return importsOf(source)
        .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !(typeOnly && from === 'server/protocol'))
        .filter(({ to }) => folderOf(to) !== from && !allowed.includes(folderOf(to)))
        .map(({ to }) => `${source.file} imports ${to}`);
    });
    expect(breaches).toEqual([]);
  });

  test('only the composition at the rim chooses adapters', () => {
    const breaches = sources.flatMap((source) => {
      const from = folderOf(source.file);
      if (!MAY[from] || from === 'agents' || from === 'journal') return [];
      return importsOf(source).flatMap(({ to }) => (ADAPTERS.test(to) ? [`${source.file} imports ${to}`] : []));
    });
    expect(breaches).toEqual([]);
  });

  test('the centre touches no clock, disk, socket or chance', () => {
    const pure = sources.filter(({ file }) => PURE.includes(folderOf(file)));
    expect(pure.length).toBeGreaterThan(20);
    const impure = pure.flatMap(({ file, text }) => {
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return IMPURE.test(code) ? [`${file}: ${IMPURE.exec(code)?.[0]}`] : [];
    });
    expect(impure).toEqual([]);
    const foreign = pure.flatMap((source) =>
      importsOf(source)
        .filter(
          ({ specifier }) => !specifier.startsWith('.') && !ALLOWED_MODULES[folderOf(source.file)]?.includes(specifier),
        )
        .map(({ specifier }) => `${source.file} imports ${specifier}`),
    );
    expect(foreign).toEqual([]);
  });

  test('the benchmark measures the package as a user has it', () => {
    const bench = join(root, '..', 'bench');
    const measuring = readdirSync(bench, { recursive: true, encoding: 'utf8' }).filter((file) => /\.[jt]s$/.test(file));
    expect(measuring.length).toBeGreaterThan(10);
    const inside = measuring
      // Micro-benchmarks are of parts that no user sees.
      .filter((file) => !file.startsWith('micro/'))
      .filter((file) => /from '[^']*\/(src|dist)\//.test(readFileSync(join(bench, file), 'utf8')));
    expect(inside).toEqual([]);
  });

  test('every file is used: it is an entry, or another imports it', () => {
    const entries = ['index.ts', 'testing.ts', 'client/index.ts', 'cli/main.ts'];
    const used = new Set(sources.flatMap((source) => importsOf(source).map(({ to }) => to)));
    expect(files.filter((file) => !entries.includes(file) && !file.endsWith('.d.ts') && !used.has(file))).toEqual([]);
  });

  test('no file is longer than 400 lines', () => {
    const long = sources
      .map(({ file, text }) => ({ file, lines: text.split('\n').length }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });

  /** Who moves such a line moves its entry in `scripts/mechanism-list.ts` too. */
  test('each mechanism that holds a promise can be taken out: its text stands once where the list says', () => {
    const textOf = (file: string) => readFileSync(join(root, '..', file), 'utf8');
    const gone = MECHANISMS.filter(({ file, from }) => textOf(file).split(from).length !== 2);
    expect(gone.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
  });
});

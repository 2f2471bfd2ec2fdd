import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { createJiti } from 'jiti';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { crewDefinition, isCrew } from '../crew/define-crew.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import { loadFailure } from './load-failure.ts';
import { hashOfModules, localModules } from './local-modules.ts';
import { importNatively } from './native-import.ts';

/**
 * The crews of some crew files. A file may be TypeScript with enums and imports without extension; its `holdpoint` is the one
 * that runs it, wherever either is installed.
 * @throws {HoldpointError} `FILE_INVALID` for a file that is missing, cannot be loaded or exports no crew; `CREW_INVALID`.
 */
export async function loadCrews(files: readonly string[]): Promise<CrewDefinition[]> {
  const crews: CrewDefinition[] = [];
  for (const file of files) {
    for (const crew of await loadFile(file)) {
      if (crews.some(({ name }) => name === crew.name))
        throw invalid(file, `it has a second crew named "${crew.name}". Give each crew a name of its own.`);
      crews.push(crew);
    }
  }
  return crews;
}

/** The one crew that a command is about. @throws `USAGE` if the file has several and none is named; `CREW_NOT_FOUND` */
export async function loadCrew(file: string, name: string | undefined): Promise<CrewDefinition> {
  const crews = await loadCrews([file]);
  const names = crews.map((crew) => crew.name).join(', ');
  const [first] = crews;
  if (name === undefined && crews.length === 1 && first) return first;
  if (name === undefined)
    throw new HoldpointError('USAGE', `${file} has several crews: ${names}. Name one with --crew.`);
  const found = crews.find((crew) => crew.name === name);
  if (found) return found;
  throw new HoldpointError('CREW_NOT_FOUND', `There is no crew "${name}" in ${file}. It has: ${names}.`);
}

async function loadFile(file: string): Promise<CrewDefinition[]> {
  const path = resolve(file);
  if (!existsSync(path)) throw invalid(file, 'there is no such file. Check the path.');
  if (statSync(path).isDirectory()) throw invalid(file, 'it is a folder. Name a crew file in it.');
  const { exported, modules } = await importDefault(file, path);
  const crews: unknown[] = Array.isArray(exported) ? exported : [exported];
  if (crews.length === 0) throw invalid(file, 'the list of crews that it exports is empty. Put a crew into it.');
  if (exported === undefined)
    throw invalid(file, 'it has no default export. Write `export default defineCrew({ … })`, or an array of crews.');
  return crews.map((crew) => {
    if (isCrew(crew)) return { ...crewDefinition(crew), modules };
    throw invalid(
      file,
      'its default export is not a crew. Write `export default defineCrew({ … })`, or an array of crews.',
    );
  });
}

type Exports = { readonly default?: unknown; readonly [name: string]: unknown };

async function importDefault(file: string, path: string): Promise<{ exported: unknown; modules: string }> {
  const own = await ownModules(path);
  const jiti = createJiti(path, {
    virtualModules: own,
    interopDefault: false,
    fsCache: false,
    sourceMaps: true,
  });
  try {
    const texts = localModules(path, jiti);
    const exports = (await importNatively(path, { own, texts })) ?? ((await jiti.import(path)) as Exports | undefined);
    return { exported: crewsIn(exports), modules: hashOfModules(path, texts) };
  } catch (error) {
    if (isHoldpointError(error, 'CREW_INVALID') || isHoldpointError(error, 'TOOL_INVALID')) {
      throw new HoldpointError(error.code, `${file}: ${error.message}`, { details: error.details, cause: error });
    }
    throw invalid(file, `it cannot be loaded. ${loadFailure(error)}`, error);
  }
}

/** The default export. Of a CommonJS module it is `module.exports`, or what a compiler put there for `export default`. */
function crewsIn(exports: unknown): unknown {
  if (isCrew(exports) || Array.isArray(exports)) return exports;
  const { default: own } = (exports ?? {}) as Exports;
  return isCompiled(own) ? own.default : own;
}

function isCompiled(exported: unknown): exported is Exports {
  return typeof exported === 'object' && exported !== null && '__esModule' in exported && !isCrew(exported);
}

/** This package as the crew file sees it, and zod where the file has none of its own. */
async function ownModules(path: string): Promise<Record<string, Exports>> {
  const own = {
    holdpoint: await import('../index.ts'),
    'holdpoint/testing': await import('../testing.ts'),
    'holdpoint/client': await import('../client/index.ts'),
  };
  return resolvable('zod', path) ? own : { ...own, zod: await import('zod') };
}

/** Whether the file's folder has a copy of the package other than ours. */
function resolvable(name: string, from: string): boolean {
  try {
    return createRequire(from).resolve(name) !== createRequire(import.meta.url).resolve(name);
  } catch {
    return false;
  }
}

function invalid(file: string, problem: string, cause?: unknown): HoldpointError {
  return new HoldpointError('FILE_INVALID', `${file}: ${problem}`, { details: { file }, cause });
}

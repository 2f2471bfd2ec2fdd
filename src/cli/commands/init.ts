import { existsSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { HoldpointError } from '../../errors.ts';
import { packageVersion } from '../../package-version.ts';
import { CALLED_AS } from '../called-as.ts';
import { initFiles } from '../init-files.ts';
import type { JsonOptions } from '../options.ts';
import { dependencyRange } from '../package-info.ts';
import { printJson, printLine } from '../print.ts';
import { shellWord } from '../shell-word.ts';

/** Writes a first crew. Refuses, before it writes anything, if one of its files is there. */
export async function init(dir: string, { json }: JsonOptions = {}): Promise<number> {
  const folder = resolve(dir);
  const files = initFiles({ name: nameOf(folder), version: packageVersion(), zod: dependencyRange('zod') });
  const path = relative(process.cwd(), folder);
  const inTheWay = fileInTheWay(folder);
  if (inTheWay !== null)
    throw new HoldpointError(
      'USAGE',
      `${relative(process.cwd(), inTheWay)} is a file. Name a folder to write into, new or empty: ${CALLED_AS} init NAME.`,
    );
  const there = Object.keys(files).filter((file) => existsSync(join(folder, file)));
  if (there.length > 0)
    throw new HoldpointError(
      'USAGE',
      `${there.join(', ')} would be overwritten in ${path === '' ? 'this folder' : dir}. Choose an empty one: ${CALLED_AS} init NAME.`,
    );
  await mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(folder, file), text, { flag: 'wx' });
    if (json) printJson({ file: join(dir, file) });
    else printLine(`wrote ${join(dir, file)}`);
  }
  if (json) return 0;
  const steps = [
    ...(path === '' ? [] : [`cd ${shellWord(path)}`]),
    'npm install',
    'npx holdpoint run refund.crew.ts --input "ticket=You charged me twice" --model rehearsal   # offline and free',
    'npm test',
    'cp .env.example .env   # then put your key in, and run it without --model rehearsal',
  ];
  printLine(`\nNext:\n${steps.map((step) => `  ${step}`).join('\n')}`);
  return 0;
}

/** The nearest of the folder and those around it that exists, if it is none. */
function fileInTheWay(folder: string): string | null {
  for (let path = folder; ; path = dirname(path)) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found) return found.isDirectory() ? null : path;
    if (dirname(path) === path) return null;
  }
}

/** A name that npm takes. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '');
  return name === '' ? 'my-crew' : name;
}

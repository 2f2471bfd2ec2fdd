import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HoldpointError, messageOf } from '../errors.ts';

/**
 * Writes lines to a file: all of them, durable under its name once this resolves, or none. Into a pipe or a device they go as they
 * come. A journal has what agents and people said: the file is for its owner's eyes. @throws `FILE_INVALID`
 */
export async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path);
    if (await isSpecial(target)) await write(target, lines, { flush: false });
    else await writeWhole(target, lines);
  } catch (error) {
    throw new HoldpointError('FILE_INVALID', `${path} cannot be written: ${messageOf(error)}.`, { cause: error });
  }
}

/** Whether there is something of this name that is no file, and must not be replaced by one. */
async function isSpecial(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && !found.isFile();
}

async function writeWhole(path: string, lines: Iterable<string>): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await write(partial, lines, { flush: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function write(path: string, lines: Iterable<string>, { flush }: { flush: boolean }): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600, flush });
  await once(file, 'open');
  for (const line of lines) if (!file.write(`${line}\n`)) await once(file, 'drain');
  file.end();
  await once(file, 'close');
}

/** Else the new name could be lost in a power cut, and with it what is removed because it was written. */
async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and keeps names in order by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

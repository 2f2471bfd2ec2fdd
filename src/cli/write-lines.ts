import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { HoldpointError, messageOf } from '../errors.ts';

/** Writes lines to a file. A journal has what agents and people said: the file is for its owner's eyes. @throws `FILE_INVALID` */
export async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600 });
  try {
    await once(file, 'open');
    for (const line of lines) if (!file.write(`${line}\n`)) await once(file, 'drain');
    file.end();
    await once(file, 'close');
  } catch (error) {
    throw new HoldpointError('FILE_INVALID', `${path} cannot be written: ${messageOf(error)}.`, { cause: error });
  }
}

import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../errors.ts';

/** What a person needs of an error that loading their file threw: its words, and where in their code it was. */
export function loadFailure(error: unknown): string {
  const words = firstLines(messageOf(error));
  const place = error instanceof Error ? placeOf(error) : null;
  return place === null || /:\d+:\d+/.test(words) ? words : `${words.replace(/\.$/, '')} (at ${place}).`;
}

/** At most two lines, and not the list of modules that Node adds below. */
function firstLines(message: string): string {
  const [said = ''] = message.split('\nRequire stack:');
  return said.split('\n').slice(0, 2).join(' ').trim();
}

/** The first frame in a file of theirs: not of Node, not of a package, not of ours. Columns of a transpiled file may be off. */
function placeOf({ stack = '' }: Error): string | null {
  for (const [, file = '', line = ''] of stack.matchAll(/^\s+at (?:.*\()?(.+?):(\d+):\d+\)?$/gm)) {
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (!path.startsWith(sep) && !/^[A-Za-z]:\\/.test(path)) continue;
    if (path.includes(`${sep}node_modules${sep}`) || path.startsWith(OWN)) continue;
    return `${relative(process.cwd(), path)}:${line}`;
  }
  return null;
}

const OWN = fileURLToPath(new URL('..', import.meta.url));

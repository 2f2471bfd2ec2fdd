import { readFileSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import { digestOf, sha256 } from '../json/digest.ts';

/** `from './a'`, `import './a'`, `import('./a')`, `require('./a')`. */
const RELATIVE = /\b(?:from|import|require)\s*\(?\s*(["'])(\.{1,2}\/[^"'\n]+)\1/g;

/** A crew file and all that it imports by a relative path, with their texts. What is imported by a computed path is not seen, nor are packages. */
export function localModules(path: string, jiti: Pick<Jiti, 'esmResolve'>): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  const waiting = [path];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (contents.has(file)) continue;
    const text = readFileSync(file, 'utf8');
    contents.set(file, text);
    waiting.push(...importedBy(file, text, jiti));
  }
  return contents;
}

/** The hash of a crew file and of what it imports, by their names beside it and their content: it tells whether the code is another,
 *  wherever it lies. */
export function hashOfModules(path: string, contents: ReadonlyMap<string, string>): string {
  const folder = dirname(path);
  const named = [...contents].map(
    ([file, text]) => [relative(folder, file).split(sep).join('/'), sha256(text)] as const,
  );
  return digestOf(Object.fromEntries(named));
}

function importedBy(file: string, text: string, jiti: Pick<Jiti, 'esmResolve'>): string[] {
  return [...text.matchAll(RELATIVE)].flatMap(([, , specifier = '']) => {
    const found = jiti.esmResolve(specifier, { parentURL: pathToFileURL(file), try: true });
    return found?.startsWith('file:') ? [fileURLToPath(found)] : [];
  });
}

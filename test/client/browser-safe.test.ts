import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../src');

/** The packages that a module loads, itself or through others; imports of types alone load nothing. */
function packagesOf(path: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(path)) return packages;
  seen.add(path);
  const statements = readFileSync(path, 'utf8').matchAll(/^(?:import|export) (?!type )([^;]*?) from '([^']+)';/gms);
  for (const [, names = '', from = ''] of statements) {
    const typesOnly = /^\{(\s*type [^,}]+,?)*\s*\}$/.test(names);
    if (typesOnly) continue;
    if (!from.startsWith('.')) packages.add(from);
    else for (const inner of packagesOf(join(dirname(path), from), seen)) packages.add(inner);
  }
  return packages;
}

test('the client loads nothing but the socket, so it runs in browsers', () => {
  expect([...packagesOf(join(SOURCE, 'client/index.ts'))]).toEqual(['socket.io-client']);
});

test('the protocol loads nothing but zod', () => {
  for (const file of ['messages.ts', 'server-messages.ts', 'limits.ts', 'socket-events.ts']) {
    expect([...packagesOf(join(SOURCE, 'server/protocol', file))].filter((name) => name !== 'zod')).toEqual([]);
  }
});

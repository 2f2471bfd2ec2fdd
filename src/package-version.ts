import { createRequire } from 'node:module';

/** Of this package, by its own name: whatever file this is joined into. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('holdpoint/package.json') as { version: string }).version;
}

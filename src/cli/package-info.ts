import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of this package, from the sources as from the build. */
const ROOT = new URL('../../', import.meta.url);

/** The range of a dependency that this package was tested with. */
export function dependencyRange(name: string): string {
  return packageJson().dependencies[name] ?? '*';
}

/** Where the built review page is; it may be missing. */
export function pageFolder(): string {
  return fileURLToPath(new URL('dist/page', ROOT));
}

function packageJson(): { dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
}

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const BUILT = join(ROOT, 'dist', 'page');

/** The folder of the built page: that of the package where it is newer than its sources, or one that is built now. */
export async function builtPage(): Promise<string> {
  const newest = Math.max(
    ...['web', 'src/client', 'src/server/protocol'].map((folder) => newestIn(join(ROOT, folder))),
  );
  const index = join(BUILT, 'index.html');
  if (existsSync(index) && statSync(index).mtimeMs >= newest) return BUILT;
  const kept = join(ROOT, 'node_modules', '.cache', `page-${Math.floor(newest)}`);
  if (existsSync(join(kept, 'index.html'))) return kept;
  // Test files run side by side: each builds apart, and the first to be done gives its folder to all.
  const own = `${kept}-${process.pid}`;
  mkdirSync(own, { recursive: true });
  await buildAsShipped(own);
  try {
    renameSync(own, kept);
  } catch {
    rmSync(own, { recursive: true, force: true });
  }
  return kept;
}

/** A test runner says that this is a test, and React would come with all its warnings: larger and slower than what ships. */
async function buildAsShipped(outDir: string): Promise<void> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build({ root: join(ROOT, 'web'), logLevel: 'error', build: { outDir, emptyOutDir: true } });
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

function newestIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => statSync(join(folder, file)));
  return Math.max(...files.filter((file) => file.isFile()).map(({ mtimeMs }) => mtimeMs));
}

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Builds the package into dist/: the TypeScript of src/, and the review page of web/. */
const root = fileURLToPath(new URL('..', import.meta.url));

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(process.execPath, [`${root}node_modules/${command}`, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(`${root}dist`, { recursive: true, force: true });
run('typescript/bin/tsc', '-p', 'tsconfig.build.json');
run('vite/bin/vite.js', 'build', '-c', 'scripts/bundle.config.ts');
for (const file of globSync('dist/**/*.js', { cwd: root })) rmSync(`${root}${file}`);
cpSync(`${root}dist/.joined`, `${root}dist`, { recursive: true });
rmSync(`${root}dist/.joined`, { recursive: true });
if (existsSync(`${root}web/index.html`)) run('vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn');

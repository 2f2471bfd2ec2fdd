import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TAKEN_IN } from './taken-in.ts';

/** Builds the package into dist/: the TypeScript of src/, and the review page of web/. */
const root = fileURLToPath(new URL('..', import.meta.url));

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(process.execPath, [`${root}node_modules/${command}`, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Names, versions and licences of what is joined in, as their licences ask. */
function thirdParties(): string {
  const texts = TAKEN_IN.map((name) => {
    const folder = `${root}node_modules/${name}/`;
    const { version } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { version: string };
    const [license] = globSync('LICENSE*', { cwd: folder });
    return `${name} ${version}\n\n${readFileSync(`${folder}${license}`, 'utf8')}`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

rmSync(`${root}dist`, { recursive: true, force: true });
run('typescript/bin/tsc', '-p', 'tsconfig.build.json');
run('vite/bin/vite.js', 'build', '-c', 'scripts/bundle.config.ts');
for (const file of globSync('dist/**/*.js', { cwd: root })) rmSync(`${root}${file}`);
cpSync(`${root}dist/.joined`, `${root}dist`, { recursive: true });
writeFileSync(`${root}dist/third-party.txt`, thirdParties());
rmSync(`${root}dist/.joined`, { recursive: true });
if (existsSync(`${root}web/index.html`)) run('vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn');

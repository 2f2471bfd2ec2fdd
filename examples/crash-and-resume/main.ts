/**
 * A process is killed twice (SIGKILL) in the middle of a run; the third goes on with what was recorded:
 * `node examples/crash-and-resume/main.ts` (after `npm run build`) prints
 *
 *     life 1: killed while the model was asked for task charge
 *     life 2: killed after the card was charged, before that was recorded
 *     life 3: completed run_…
 *     price: the model was asked once
 *     charge: asked 3 times (the answer to the first was lost with life 1), its tool ran 2 times with one key
 *     the card was charged once
 *     replay it: npx holdpoint replay run_… --database file:…
 */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.env.EXAMPLE_FOLDER ??= mkdtempSync(join(tmpdir(), 'holdpoint-example-'));
process.env.HOLDPOINT_DATABASE ??= `file:${join(process.env.EXAMPLE_FOLDER, 'holdpoint.db')}`;
const { bookings, timesNoted } = await import('./provider.ts');

await life('asked charge');
console.log('life 1: killed while the model was asked for task charge');
await life('charged');
console.log('life 2: killed after the card was charged, before that was recorded');
const last = await life('');
console.log(`life 3: ${last}`);

console.log(`price: the model was asked ${times(timesNoted('model price'))}`);
console.log(
  `charge: asked ${times(timesNoted('model charge'))} (the answer to the first was lost with life 1), ` +
    `its tool ran ${times(timesNoted('tool charge_card'))} with one key`,
);
console.log(`the card was charged ${times(bookings())}`);
const [, runId] = last.split(' ');
console.log(`replay it: npx holdpoint replay ${runId} --database ${process.env.HOLDPOINT_DATABASE}`);

/** Runs the worker; kills it as soon as it says that it is where it is to die. */
async function life(dieAt: string): Promise<string> {
  const worker = spawn(process.execPath, [fileURLToPath(new URL('worker.ts', import.meta.url))], {
    env: { ...process.env, DIE_AT: dieAt },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  worker.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (dieAt !== '' && said.includes(`at ${dieAt}`)) worker.kill('SIGKILL');
  });
  await new Promise((resolve) => worker.once('close', resolve));
  return said.trim();
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

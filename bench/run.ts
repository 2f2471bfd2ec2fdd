import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisMachine } from './driver/machine.ts';
import { type Options, readOptions, USAGE } from './driver/options.ts';
import { markdownOf, rowsOf } from './driver/report.ts';
import { playAll } from './driver/rounds.ts';
import type { Sample } from './driver/scenario.ts';
import { ROOT, Stage } from './driver/stage.ts';
import { SCENARIOS } from './scenarios/all.ts';

/** Measures the built package beside a bare loop, and prints tables. `npm run bench -- --help` */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.log(USAGE);
  const options = readOptions(args, SCENARIOS);
  if (!existsSync(join(ROOT, 'dist', 'index.js')))
    throw new Error('There is nothing built. Run `npm run build` first.');
  const stage = await Stage.open();
  try {
    const startedAt = new Date().toISOString();
    const samples = await playAll(stage, options, tell);
    write(options, samples, startedAt);
  } finally {
    await stage.close();
  }
}

function tell({ scenario, round, contestant, store, result }: Sample): void {
  console.error(`${scenario} ${round + 1} ${contestant}/${store} ${JSON.stringify(result).slice(0, 300)}`);
}

function write(options: Options, samples: readonly Sample[], startedAt: string): void {
  const machine = thisMachine();
  const markdown = markdownOf(options.scenarios, samples, machine);
  console.log(markdown);
  if (options.out === null) return;
  const { rounds, scale, large } = options;
  const scenarios = options.scenarios.map((one) => ({ name: one.name, what: one.what, rows: rowsOf(one, samples) }));
  const results = { startedAt, machine, settings: { rounds, scale, large }, scenarios, samples };
  writeFileSync(`${options.out}.json`, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(`${options.out}.md`, `# Results\n\n${startedAt.slice(0, 10)}. ${markdown}\n`);
}

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}

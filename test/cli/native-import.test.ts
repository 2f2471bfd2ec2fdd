import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliFolder, cliFolder } from '../support/cli.ts';

/** Said at the end of a process: whether it loaded the transpiler, which takes longer than all else of a start. */
const TELLS = `
import { createRequire } from 'node:module';
process.on('exit', () => {
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  process.stderr.write('transpiler: ' + loaded.some((file) => file.endsWith('babel.cjs')) + '\\n');
});`;

const crew = (before: string) => `import { defineCrew } from 'holdpoint';
import { z } from 'zod';
${before}
export default defineCrew({
  name: 'desk',
  inputs: z.strictObject({ amount: z.number().catch(0) satisfies z.ZodType }),
  agents: { a: { role: 'A', goal: 'A' } },
  tasks: { pay: { agent: 'a', description: 'Pay {amount}', confirm: 'before' } },
});`;

async function gates(folder: CliFolder): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return await folder.run(['gates', 'desk.crew.ts'], { NODE_OPTIONS: `--import=${join(folder.path, 'tells.mjs')}` });
}

test.skipIf(!process.features.typescript)(
  'a crew in TypeScript that imports holdpoint and zod is loaded by Node itself, and one with an enum by the transpiler',
  async () => {
    await using folder = await cliFolder({ 'tells.mjs': TELLS, 'desk.crew.ts': crew('') });
    const natively = await gates(folder);
    expect(natively).toMatchObject({ code: 0, stdout: expect.stringContaining('approval') });
    expect(natively.stderr).toBe('transpiler: false\n');
    await folder.write('desk.crew.ts', crew('export enum Way { Card }'));
    const transpiled = await gates(folder);
    expect(transpiled).toEqual({ ...natively, stderr: 'transpiler: true\n' });
  },
);

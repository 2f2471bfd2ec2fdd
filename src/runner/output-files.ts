import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { asText } from '../crew/prompt.ts';
import type { RunState } from '../crew/run-state.ts';
import { messageOf } from '../errors.ts';
import type { RunnerContext } from './context.ts';

/**
 * Writes the outputs of completed tasks to their `outputFile`, relative to the working folder. Done after the completion is
 * durable; `missing` only: what a process that died in between left out. A file that cannot be written does not stop the run.
 */
export async function writeOutputFiles(
  { log }: RunnerContext,
  state: RunState,
  tasks: readonly string[],
  options: { missing: boolean },
): Promise<void> {
  for (const key of tasks) {
    const path = state.config.tasks[key]?.outputFile;
    const output = state.tasks.get(key)?.output;
    if (!path || output === undefined) continue;
    try {
      if (options.missing && (await exists(path))) continue;
      await mkdir(dirname(resolve(path)), { recursive: true });
      await writeFile(resolve(path), asText(output));
    } catch (error) {
      log.error({ runId: state.id, task: key, path, err: error }, `output file not written: ${messageOf(error)}`);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(resolve(path)).then(
    () => true,
    () => false,
  );
}

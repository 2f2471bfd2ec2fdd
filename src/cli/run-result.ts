import type { Hold } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { CALLED_AS } from './called-as.ts';
import { note, printJson, printLine } from './print.ts';
import { table } from './table.ts';
import { visibleLine, visibleText, visibleValue } from './visible-text.ts';

/** What came of a run: as JSON, or its outputs for a person. */
export function printRun(run: RunSummary, { json = false }: { json?: boolean }): void {
  if (json) printJson(run);
  else printReport(run);
}

function printReport(run: RunSummary): void {
  printLine(`Run ${run.id} (${visibleText(run.crew)}): ${run.status}`);
  for (const line of table(Object.entries(run.tasks), { indent: '  ' })) printLine(line);
  for (const [task, output] of Object.entries(run.outputs ?? {}))
    printLine(`\n${visibleText(task)}:\n${visibleValue(output)}`);
  if (run.error) printLine(`\n${visibleText(run.error.message)} (${run.error.code})`);
}

/** How to go on with a run that waits for people, as commands to copy. */
export function noteHowToGoOn(
  run: RunSummary,
  holds: readonly Hold[],
  { file, flag, resumeFlags }: { file: string; flag: string; resumeFlags: string },
): void {
  if (holds.length > 0)
    note(`\nRun ${run.id} waits for ${holds.length === 1 ? 'a decision' : `${holds.length} decisions`}:`);
  for (const hold of holds) {
    const of = hold.task === null ? '' : ` of ${hold.task}`;
    note(`  ${visibleLine(`${hold.id} (${hold.kind}${of}): ${hold.reasons[0]?.detail ?? ''}`, 160)}`);
    note(`    ${CALLED_AS} holds show ${hold.id}${flag}`);
    note(`    ${decideCommand(hold, file)}${flag}`);
  }
  note(`Run ${run.id} is kept; go on with: ${CALLED_AS} runs resume ${run.id} ${file}${resumeFlags}`);
}

function decideCommand({ id, digest, allowed }: Hold, file: string): string {
  const verdict = allowed[0] ?? 'approve';
  const value = verdict === 'respond' ? ` --value '…' --crew ${file}` : '';
  return `${CALLED_AS} holds ${verdict} ${id} --digest ${digest.slice(0, 12)}${value}`;
}

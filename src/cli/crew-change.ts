import { note } from './print.ts';
import { visibleText } from './visible-text.ts';

/** What of a crew is not as it was, for whoever accepts it. */
export function noteChanges(changes: readonly string[]): void {
  for (const change of changes) note(`  ${visibleText(change)}`);
}

/** What is let go on, and with which differences. */
export function noteAccepted(runId: string, changes: readonly string[]): void {
  note(`Run ${runId} goes on${changes.length === 0 ? '' : ' with these changes of its crew accepted:'}`);
  noteChanges(changes);
}

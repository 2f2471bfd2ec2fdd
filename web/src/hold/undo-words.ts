import type { Hold } from '../../../src/client/index.ts';
import { showDuration } from '../text/show-time.ts';

/** Whether what is decided can be taken back from here, in words; null where nothing would run. */
export function undoWords(
  { kind, impact, action }: Hold,
  undoWindowMs: number | null,
): { readonly can: boolean; readonly words: string } | null {
  if (kind === 'question') return null;
  // What a person does outside is nothing that the tool's `undo` could reverse.
  if (kind === 'human') return { can: false, words: 'Cannot be undone from here' };
  if (impact?.reversible === true) {
    const within = undoWindowMs === null ? '' : ` for ${showDuration(undoWindowMs)}`;
    return { can: true, words: `Can be undone${within} after it runs` };
  }
  const runs = impact !== null || (kind === 'action' && action !== null);
  return runs ? { can: false, words: 'Cannot be undone' } : null;
}

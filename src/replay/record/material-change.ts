import type { Change } from '../../json/diff.ts';
import type { Json } from '../../json/json.ts';

/** Whether a modification changed anything but the spacing of texts: then the proposal was wrong. Unknown changes count as material. */
export function isMaterial(changes: Json | undefined): boolean {
  if (!Array.isArray(changes)) return true;
  return changes.some(({ from, to }: Change) => typeof from !== 'string' || typeof to !== 'string' || differ(from, to));
}

function differ(from: string, to: string): boolean {
  const words = (text: string) => text.trim().split(/\s+/).join(' ');
  return words(from) !== words(to);
}

/** Where the changes are, within the input of a call (`/input/amount` of the proposal is `/amount`) or the output of a task. */
export function changedPaths(changes: Json | undefined, ofCall: boolean): string[] {
  if (!Array.isArray(changes)) return [];
  return changes.map(({ path }: Change) => (ofCall ? path.replace(/^\/input/, '') : path));
}

import type { ReviewOptions } from './options.ts';
import { processTerminal, requireTerminal, type Terminal } from './terminal.ts';

/** Where holds are answered: in this terminal, by default if it is one; null: nowhere, they are left open. */
export function reviewTerminal({ review }: ReviewOptions): Terminal | null {
  if (review === 'none') return null;
  return review === 'terminal' ? requireTerminal() : processTerminal();
}

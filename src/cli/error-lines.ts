import { ERRORS, isHoldpointError, messageOf } from '../errors.ts';
import { EXIT } from './exit-codes.ts';
import { onOneLine, visibleText } from './visible-text.ts';

/** An error as people read it: what happened and what to do, with its code; the stack only if asked for. */
export function errorLines(error: unknown, { debug = false }: { debug?: boolean } = {}): string {
  const code = isHoldpointError(error) ? ` (${error.code})` : '';
  const lines = `error: ${inTwoLines(visibleText(messageOf(error)))}${code}`;
  if (debug && error instanceof Error) return `${lines}\n${visibleText(stackOf(error))}`;
  if (code !== '') return lines;
  return `${onOneLine(lines, ' ')}\nThis is not expected; --debug shows where it happened.`;
}

/** What happened, then all else: a list of mistakes stands on the second line. */
export function inTwoLines(text: string): string {
  const [first = '', ...rest] = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (rest.length === 0) return first;
  const second = rest.length === 1 ? rest : rest.map((line, index) => `(${index + 1}) ${line}`);
  return `${first}\n  ${second.join(' ')}`;
}

export function exitCodeOfError(error: unknown): number {
  return isHoldpointError(error) ? ERRORS[error.code].exit : EXIT.failed;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

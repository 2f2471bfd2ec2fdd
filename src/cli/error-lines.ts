import { ERRORS, isHoldpointError, messageOf } from '../errors.ts';
import { EXIT } from './exit-codes.ts';
import { visibleText } from './visible-text.ts';

/** An error as people read it: what happened and what to do, with its code; the stack only if asked for. */
export function errorLines(error: unknown, { debug = false }: { debug?: boolean } = {}): string {
  const code = isHoldpointError(error) ? ` (${error.code})` : '';
  const lines = `error: ${visibleText(messageOf(error))}${code}`;
  if (debug && error instanceof Error) return `${lines}\n${visibleText(stackOf(error))}`;
  return code === '' ? `${lines}\nThis is not expected; --debug shows where it happened.` : lines;
}

export function exitCodeOfError(error: unknown): number {
  return isHoldpointError(error) ? ERRORS[error.code].exit : EXIT.failed;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

import { EXIT } from './exit-codes.ts';
import { note } from './print.ts';

/** Aborted by the first SIGINT or SIGTERM, so that the command ends in order; a second one ends the process at once. */
export function stopSignal({ message }: { message: string }): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(EXIT.killed);
    if (message !== '') note(message);
    stopping.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return stopping.signal;
}

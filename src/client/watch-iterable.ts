import type { RunEvent } from '../server/protocol/run-event.ts';
import type { RunWatches } from './run-watches.ts';

export interface WatchOptions {
  /** The last event that the caller has. Default 0: all of them. */
  readonly after?: number | undefined;
  /** Ends the watching. */
  readonly signal?: AbortSignal | undefined;
}

/** The events of a run as they come. Ends by `break`, the signal or closing the client; an ended run may still be undone in parts. */
export async function* watchRun(
  watches: RunWatches,
  runId: string,
  { after = 0, signal, closed }: WatchOptions & { closed: () => boolean },
): AsyncGenerator<RunEvent, void, undefined> {
  const queue: RunEvent[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  const stop = watches.add(runId, {
    after,
    onEvent: (event) => {
      queue.push(event);
      wake();
    },
    onError: (error) => {
      failure = { error };
      wake();
    },
  });
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort);
  try {
    while (!signal?.aborted) {
      const event = queue.shift();
      if (event) yield event;
      else if (failure && !closed()) throw failure.error;
      else if (failure) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop();
  }
}

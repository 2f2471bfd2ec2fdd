import { z } from 'zod';
import { Hold } from '../../hooks/hold.ts';
import { RunSummary } from '../../hooks/run-summary.ts';
import { RunId } from '../../ids.ts';
import { SupervisedAction } from './action-messages.ts';
import { RunEvent } from './run-event.ts';

/** A piece of an answer as it streams. `offset`: characters of this part before `text`. Volatile: some may never arrive. */
export const RunDelta = z.strictObject({
  runId: RunId,
  task: z.string(),
  attempt: z.int(),
  step: z.int(),
  offset: z.int(),
  part: z.enum(['reasoning', 'output']),
  text: z.string(),
});
export type RunDelta = z.infer<typeof RunDelta>;

/** Every message that the server sends by itself. Holds and runs come as in lists, to all who may read; the rest to watchers. */
export const SERVER_MESSAGES = {
  'hold:opened': Hold,
  'hold:updated': Hold,
  'hold:closed': Hold,
  'run:updated': RunSummary,
  'run:event': RunEvent,
  'run:delta': RunDelta,
  'notice:supervised': SupervisedAction,
} as const satisfies Record<string, z.ZodType>;

export type ServerMessageName = keyof typeof SERVER_MESSAGES;
export type ServerMessage<N extends ServerMessageName> = z.output<(typeof SERVER_MESSAGES)[N]>;

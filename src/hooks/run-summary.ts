import { z } from 'zod';
import { RunId } from '../ids.ts';
import { Json } from '../json/json.ts';

export const RunStatus = z.enum(['running', 'held', 'parked', 'completed', 'failed', 'cancelled']);
export type RunStatus = z.infer<typeof RunStatus>;

/** Statuses that are never left. */
export const ENDED = ['completed', 'failed', 'cancelled'] as const satisfies readonly RunStatus[];

export function isEnded(status: string): boolean {
  return (ENDED as readonly string[]).includes(status);
}

export const TaskStatus = z.enum(['waiting', 'held', 'working', 'completed', 'failed', 'skipped']);
export type TaskStatus = z.infer<typeof TaskStatus>;

export const Usage = z.strictObject({ inputTokens: z.int(), outputTokens: z.int(), calls: z.int() });
export type Usage = z.infer<typeof Usage>;

/** A run at a glance (contract: interface RunSummary). `outputs` is left out of lists and broadcasts. */
export const RunSummary = z.strictObject({
  id: RunId,
  crew: z.string(),
  status: RunStatus,
  tasks: z.record(z.string(), TaskStatus),
  openHolds: z.array(z.string()),
  outputs: z.record(z.string(), Json).optional(),
  usage: Usage,
  requestedBy: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  lastSeq: z.int(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** One run that was asked for, with what its tasks have given so far. */
export const RunWithOutputs = RunSummary.required({ outputs: true });
export type RunWithOutputs = z.infer<typeof RunWithOutputs>;

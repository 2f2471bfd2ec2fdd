import type { RunDelta, RunEvent } from '../../../src/client/index.ts';
import { isObject } from '../text/show-json.ts';

/** A text as far as it was heard. `start`: where it was first heard; above 0, something is missing before. */
export interface Heard {
  readonly start: number;
  readonly text: string;
}

/** What the agent of a task says right now. */
export interface Streaming {
  readonly task: string;
  readonly attempt: number;
  readonly step: number;
  readonly reasoning: Heard;
  readonly output: Heard;
}

/** By task: agents side by side stream side by side. */
export type Streams = ReadonlyMap<string, Streaming>;

const NOTHING: Heard = { start: 0, text: '' };
/** How much of one answer is kept: the end of it, in characters. */
const KEPT = 20_000;

export function withDelta(streams: Streams, { task, attempt, step, offset, part, text }: RunDelta): Streams {
  const before = streams.get(task);
  if (before && isLater(before, { attempt, step })) return streams;
  const same = before !== undefined && before.attempt === attempt && before.step === step;
  const now = same ? before : { task, attempt, step, reasoning: NOTHING, output: NOTHING };
  return new Map(streams).set(task, { ...now, [part]: heard(now[part], offset, text) });
}

function heard({ start, text }: Heard, offset: number, more: string): Heard {
  const end = start + text.length;
  // A try that failed begins anew; who comes in the middle hears the rest.
  const all =
    offset < start || offset > end
      ? { start: offset, text: more }
      : { start, text: text.slice(0, offset - start) + more };
  const over = all.text.length - KEPT;
  return over > 0 ? { start: all.start + over, text: all.text.slice(over) } : all;
}

function isLater(a: Pick<Streaming, 'attempt' | 'step'>, b: Pick<Streaming, 'attempt' | 'step'>): boolean {
  return a.attempt > b.attempt || (a.attempt === b.attempt && a.step > b.step);
}

/** Those that no event has ended yet: neither by recording the answer nor with the task itself. */
export function stillOpen(streams: Streams, events: readonly RunEvent[]): readonly Streaming[] {
  if (streams.size === 0) return [];
  return [...streams.values()].filter((streaming) => !events.some((event) => ends(event, streaming)));
}

function ends({ type, data }: RunEvent, streaming: Streaming): boolean {
  if (!isObject(data) || data.task !== streaming.task) return false;
  if (type === 'task.completed' || type === 'task.failed' || type === 'task.skipped') return true;
  if (type !== 'model.responded') return false;
  const { attempt, step } = data as { attempt: number; step: number };
  return !isLater(streaming, { attempt, step });
}

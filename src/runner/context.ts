import type { CrewDefinition, ToolLog } from '../crew/crew-definition.ts';
import type { TimeLimit } from '../crew/derive/time-limit.ts';
import type { RunId } from '../ids.ts';
import type { Head } from '../journal/envelope.ts';
import type { Taken } from '../journal/hand-out.ts';
import type { Journal } from '../journal/journal.ts';
import type { Commit, Delta, ModelSource } from './engine.ts';
import type { Foreseen, Foresight } from './foresight.ts';
import type { GuardedClock } from './guarded-clock.ts';
import type { LevelReader } from './level-reader.ts';
import type { EngineLimits } from './limits.ts';
import type { StopReader } from './stops.ts';

/** What the parts of the runner share: the ports they work on, chosen at the rim. */
export interface RunnerContext {
  readonly nodeId: string;
  readonly journal: Journal;
  readonly crews: ReadonlyMap<string, CrewDefinition>;
  readonly models: ModelSource;
  readonly clock: GuardedClock;
  readonly levels: LevelReader;
  readonly stops: StopReader;
  readonly limits: EngineLimits;
  readonly foresight: Foresight;
  /** 16 random bytes as hex, fresh at each call. */
  readonly salt: () => string;
  readonly log: RunnerLog;
  /** Told after each commit, never before. */
  readonly publish: (commit: Commit) => void;
  readonly stream: (delta: Delta) => void;
  /** Whether anybody looks at the deltas of a run; if not, models need not stream for show. */
  readonly streams: (runId: RunId) => boolean;
  /** A run has got work to do: whoever drives it looks again, or somebody takes it. */
  readonly wake: (runId: Commit['runId']) => void;
  /** Whether this node would take a run of this crew now. */
  readonly mayDrive: (runId: Commit['runId'], crew: string) => boolean;
  /** Drives a run that this node has just taken; from what was foreseen, where that was recorded with the taking. */
  readonly drive: (taken: Taken, recorded: Recorded | null) => void;
}

/** What was foreseen, and the run with it recorded. */
export interface Recorded {
  readonly foreseen: Foreseen;
  readonly head: Head;
}

export interface RunnerLog extends ToolLog {
  error(data: object, message?: string): void;
}

/** How long a function of the crew may take. */
export function timeLimitOf({ clock, limits }: Pick<RunnerContext, 'clock' | 'limits'>): TimeLimit {
  return { ms: limits.functionTimeoutMs, after: (ms, ring) => clock.after(ms, ring) };
}

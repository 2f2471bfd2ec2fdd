import { HoldpointError } from '../errors.ts';
import { type DecisionOutcome, type DecisionRequest, decide } from '../hooks/decide.ts';
import type { HoldRecord } from '../hooks/hold.ts';
import type { Reviewer } from '../hooks/reviewer.ts';
import type { HoldId, RunId } from '../ids.ts';
import type { RunnerContext } from './context.ts';
import type { Recalled } from './foresight.ts';
import { requireTime } from './guarded-clock.ts';

/** A hold that takes a decision, as far as is known before its run is locked. */
export interface Decidable {
  readonly hold: HoldRecord;
  readonly runId: RunId;
  /** The run, where this process remembers it: perhaps not with what others appended since. */
  readonly recalled: Recalled | null;
  /** The time that it was judged for. */
  readonly now: string;
  /** What would be recorded now. */
  readonly outcome: DecisionOutcome;
}

type Judged = Pick<Decidable, 'now' | 'outcome'>;

/**
 * Judges a decision before the lock. A run that is remembered spares two reads, and is believed only where it lets the decision
 * through, which the lock judges again: what it refuses, and a decision with a value, are judged on what the journal says.
 * @throws what `decide` throws, and `HOLD_NOT_FOUND`
 */
export async function findDecidable(
  context: RunnerContext,
  holdId: HoldId,
  request: DecisionRequest,
  actor: Reviewer,
): Promise<Decidable> {
  const recalled = request.value === undefined ? await context.foresight.recall(holdId) : null;
  const hold = recalled?.state.holds.get(holdId);
  const judged = hold && judgeOrNull(context, hold, request, actor);
  if (recalled && judged) return { hold, runId: recalled.state.id, recalled, ...judged };
  const found = await requireHold(context, holdId);
  return { ...found, recalled: null, ...judge(context, found.hold, request, actor) };
}

function judge({ clock }: RunnerContext, hold: HoldRecord, request: DecisionRequest, actor: Reviewer): Judged {
  requireTime(clock, hold);
  const now = clock.now();
  return { now, outcome: decide(hold, request, actor, now) };
}

function judgeOrNull(...given: Parameters<typeof judge>): Judged | null {
  try {
    return judge(...given);
  } catch {
    return null;
  }
}

export async function requireHold(
  { journal }: Pick<RunnerContext, 'journal'>,
  holdId: HoldId,
): Promise<{ hold: HoldRecord; runId: RunId }> {
  const hold = await journal.hold(holdId);
  if (!hold?.runId) throw holdNotFound(holdId);
  return { hold, runId: hold.runId };
}

export function holdNotFound(holdId: string): HoldpointError {
  return new HoldpointError('HOLD_NOT_FOUND', `There is no hold ${holdId}. \`holdpoint holds\` lists them.`);
}

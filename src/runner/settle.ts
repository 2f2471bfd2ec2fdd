import type { Levels } from '../crew/action-type.ts';
import { type EffectCommand, isEffect, pendingCommands } from '../crew/commands.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { derive } from '../crew/derive/derive.ts';
import type { TimeLimit } from '../crew/derive/time-limit.ts';
import type { Draft, RunEvent } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { RunState } from '../crew/run-state.ts';
import { isHoldpointError } from '../errors.ts';
import type { RunId } from '../ids.ts';

export interface Settling {
  readonly crew: CrewDefinition;
  readonly now: string;
  readonly signal: AbortSignal;
  readonly levels?: Levels | undefined;
  /** Default 100,000. */
  readonly maxRunEvents?: number | undefined;
  /** Of each function of the crew. Absent: it is waited for. */
  readonly timeLimit?: TimeLimit | undefined;
  /** Commands that are being carried out: they are asked nothing again. */
  readonly underWay: ReadonlySet<string>;
}

export interface Settled {
  readonly state: RunState;
  /** What is to be appended, the facts first. */
  readonly drafts: readonly Draft[];
  /** What is to be carried out once that is durable. */
  readonly effects: readonly EffectCommand[];
}

/** More derived events than this from one fact is a machine that turns in a circle. */
const MAX_DERIVED = 100_000;

/**
 * Takes facts (a model's answer, a tool's result) into the state and derives all that follows from them without reaching
 * outside, until only effects are left. A fact that the run cannot take any more (it ended meanwhile) is dropped.
 */
export async function settle(
  runId: RunId,
  from: RunState | null,
  facts: readonly Draft[],
  settling: Settling,
): Promise<Settled> {
  const drafts: Draft[] = [];
  let state = from;
  for (const fact of facts) {
    const next = tryFold(state, runId, fact, settling.now);
    if (!next) continue;
    state = next;
    drafts.push(fact);
  }
  if (!state) throw new RangeError(`Run ${runId} has no first event`);
  const ready = new Map<string, EffectCommand>();
  for (;;) {
    const pass = await deriveOnce(state, settling, ready);
    if (pass.drafts.length === 0) return { state, drafts, effects: pass.effects };
    for (const derived of pass.drafts) state = fold(state, runId, place(derived, state.seq + 1, settling.now));
    drafts.push(...pass.drafts);
    if (drafts.length > MAX_DERIVED) throw new RangeError(`Run ${runId} derives events without end`);
  }
}

/** The first pending command that leads to events, and the effects that wait. Those in `ready` were asked about before. */
async function deriveOnce(
  state: RunState,
  settling: Settling,
  ready: Map<string, EffectCommand>,
): Promise<{ drafts: readonly Draft[]; effects: EffectCommand[] }> {
  const { underWay, ...given } = settling;
  const effects: EffectCommand[] = [];
  for (const command of pendingCommands(state)) {
    if (underWay.has(command.id)) continue;
    const known = ready.get(command.id);
    if (known) effects.push(known);
    if (known) continue;
    const drafts = await derive({ state, ...given }, command);
    if (drafts === null && isEffect(command)) {
      ready.set(command.id, command);
      effects.push(command);
    } else if (drafts && drafts.length > 0) return { drafts, effects };
  }
  return { drafts: [], effects };
}

function tryFold(state: RunState | null, runId: RunId, fact: Draft, now: string): RunState | null {
  try {
    return fold(state, runId, place(fact, (state?.seq ?? 0) + 1, now));
  } catch (error) {
    if (isHoldpointError(error, 'EVENT_IMPOSSIBLE') && state) return null;
    throw error;
  }
}

export function place(event: Draft, seq: number, at: string): RunEvent {
  return { ...event, seq, at };
}

import type { CrewDefinition } from '../crew/crew-definition.ts';
import type { RunEvent } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { RunState } from '../crew/run-state.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunId } from '../ids.ts';
import { compareDerived, compareRequest, compareStart, isDerived, type Recording, recordingOf } from './compare.ts';
import { diverged } from './divergence.ts';

export interface ReplayOptions {
  /**
   * The crew as its code is now: everything that it derives is compared with what was recorded, from where the run was started
   * with it or a person accepted it. Absent: only folded.
   */
  readonly crew?: CrewDefinition | undefined;
  /** Stops after this seq. Default: the last. */
  readonly upTo?: number | undefined;
}

export interface Replayed {
  readonly state: RunState;
  /** Events folded, and of these, those compared with what the crew's code does now. */
  readonly count: number;
  readonly compared: number;
}

/**
 * A run from its journal alone: no model, no tool, no person, no clock is asked. With a crew, its functions are asked again
 * and what they say is compared, event by event; without one, the machines alone say whether the journal can be.
 *
 * @throws {HoldpointError} `REPLAY_DIVERGED`: details carry `seq`, what was `expected` and what was `found`.
 */
export async function replay(
  runId: RunId,
  events: readonly RunEvent[],
  options: ReplayOptions = {},
): Promise<Replayed> {
  const { crew, upTo = Number.POSITIVE_INFINITY } = options;
  const wanted = events.filter((event) => event.seq <= upTo);
  const recording = recordingOf(wanted);
  let state: RunState | null = null;
  let compared = 0;
  let index = 0;
  while (index < wanted.length) {
    const checked: number = crew ? await compareNext(crew, state, recording, index) : 0;
    compared += checked;
    for (const event of wanted.slice(index, index + Math.max(1, checked))) state = foldOrDiverge(state, runId, event);
    index += Math.max(1, checked);
  }
  if (!state)
    throw new HoldpointError(
      'RUN_NOT_FOUND',
      `The journal has no event of run ${runId}${upTo < 1 ? ` up to ${upTo}` : ''}.`,
    );
  return { state, count: index, compared };
}

/** How many of the next events were compared; 0 where they are facts that no code derives. */
async function compareNext(
  crew: CrewDefinition,
  state: RunState | null,
  recording: Recording,
  index: number,
): Promise<number> {
  const event = recording.events[index];
  if (!event) return 0;
  if (event.type === 'run.started') return adoptedLater(crew, recording.events) ? 0 : compareStart(crew, event);
  if (!state || state.fingerprint !== crew.fingerprint) return 0;
  // Taken over from another run, as it was there: there it is compared.
  if (event.seq <= (state.forkedFrom?.taken ?? 0)) return 0;
  if (event.type === 'model.responded') return compareRequest(crew, state, event);
  return isDerived(event) ? compareDerived(crew, state, recording, index) : 0;
}

/** Whether the run went on with this crew only after a person had accepted it: what was before is another crew's. */
function adoptedLater({ fingerprint }: CrewDefinition, events: readonly RunEvent[]): boolean {
  const [started] = events;
  if (started?.type !== 'run.started' || started.data.fingerprint === fingerprint) return false;
  return events.some((event) => event.type === 'run.resumed' && event.data.fingerprint === fingerprint);
}

function foldOrDiverge(state: RunState | null, runId: RunId, event: RunEvent): RunState {
  try {
    return fold(state, runId, event);
  } catch (error) {
    if (!isHoldpointError(error, 'EVENT_IMPOSSIBLE')) throw error;
    throw diverged(event, { expected: 'an event that the run allows here', found: `${event.type}: ${error.message}` });
  }
}

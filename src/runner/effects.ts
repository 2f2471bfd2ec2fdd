import type { CrewDefinition } from '../crew/crew-definition.ts';
import { overBudget } from '../crew/derive/budget.ts';
import { taskDefinition } from '../crew/derive/context.ts';
import { type Draft, draft } from '../crew/events.ts';
import type { AnswerUsage, ModelAnswer, ModelFailure } from '../crew/model.ts';
import { askedAgent, buildRequest } from '../crew/prompt.ts';
import { type RunState, taskOf } from '../crew/run-state.ts';
import { withCall } from '../crew/spent.ts';
import { HoldpointError, isHoldpointError, messageOf } from '../errors.ts';
import { digestOf } from '../json/digest.ts';
import { oversize } from '../json/size-limit.ts';
import type { RunnerContext } from './context.ts';
import type { EngineLimits } from './limits.ts';

export interface EffectInput {
  readonly context: RunnerContext;
  readonly crew: CrewDefinition;
  readonly state: RunState;
  readonly signal: AbortSignal;
  /** Records something on the way, before the effect is done. */
  readonly note: (event: Draft) => void;
}

/**
 * Asks the model for a task's next step. Aborted, or given up since its tries used up the budget: no end of it is recorded, and the
 * call is made again when the run goes on.
 */
export async function callModel({ context, crew, state, signal, note }: EffectInput, key: string): Promise<Draft[]> {
  const task = taskDefinition({ crew }, key);
  const { attempt, step: done } = taskOf(state, key).machine.context;
  const place = { task: key, attempt, step: done + 1 };
  const request = buildRequest(state, crew, task);
  let tries = 0;
  /** What the last try used, of which nothing came. */
  let wasted: AnswerUsage | undefined;
  /** The tries at which the budget was spent: what the call ends with. */
  const unsaid: Draft[] = [];
  const tally = new BudgetWatch(state);
  const streamed = deltas(context, state, place);
  const failed = ({ try: count, error, retryInMs: next, usage }: ModelFailure) => {
    tries = count;
    streamed.restart();
    // The end of the call is what it failed of, not the budget, unless a model goes on though its call was given up.
    const isSpent = next === null ? tally.signal.aborted : tally.isSpentWith(usage);
    const retryInMs = isSpent ? null : next;
    context.log.warn({ runId: state.id, ...place, code: error.code, retryInMs }, 'model call failed');
    const event = { ...place, try: count, error, final: false, retryInMs, ...(usage && { usage }) };
    if (isSpent) unsaid.push(draft('model.failed', event));
    else if (next === null) wasted = usage;
    else note(draft('model.failed', event));
  };
  try {
    const model = context.models(askedAgent(state, crew, task).model ?? crew.model);
    const onDelta = context.streams(state.id) ? streamed.send : null;
    // A signal of two costs something at each call, and most crews have no budget.
    const either = state.config.budget ? AbortSignal.any([signal, tally.signal]) : signal;
    const given = { signal: either, onDelta, onFailure: failed };
    const answer = await model.respond(request, given);
    wasted = answer.usage;
    checkSize(answer, context.limits);
    return [
      ...unsaid,
      draft('model.responded', { ...place, requestDigest: digestOf(request), answer: withCallIds(answer, place) }),
    ];
  } catch (error) {
    const late = isHoldpointError(signal.reason, 'TASK_TIMEOUT');
    if ((signal.aborted && !late) || tally.signal.aborted) return unsaid;
    const cause: unknown = late ? signal.reason : error;
    const code = isHoldpointError(cause) ? cause.code : 'INTERNAL';
    return [
      draft('model.failed', {
        ...place,
        try: Math.max(1, tries),
        error: { code, message: messageOf(cause) },
        final: true,
        retryInMs: null,
        ...(wasted && { usage: wasted }),
      }),
    ];
  }
}

/** Stops a call whose failed tries used up the budget of its run: what they used is recorded, and a person is asked before the next. */
class BudgetWatch {
  readonly #abort = new AbortController();
  #state: RunState;

  constructor(state: RunState) {
    this.#state = state;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether the budget is spent, now that a try failed. */
  isSpentWith(usage: AnswerUsage | undefined): boolean {
    if (!usage) return this.signal.aborted;
    this.#state = { ...this.#state, ...withCall(this.#state, usage) };
    if (overBudget(this.#state) !== null) this.#abort.abort(new Error('The budget of the run is spent.'));
    return this.signal.aborted;
  }
}

function checkSize(answer: ModelAnswer, { maxValueBytes }: EngineLimits): void {
  const bytes = oversize(answer, maxValueBytes);
  if (bytes === null) return;
  throw new HoldpointError(
    'EVENT_TOO_LARGE',
    `The model's answer has ${bytes} bytes, and a journal takes ${maxValueBytes}.`,
  );
}

/** Passes an answer on as it streams; a further try begins again at offset 0. */
function deltas(context: RunnerContext, state: RunState, place: { task: string; attempt: number; step: number }) {
  let sent = { reasoning: 0, output: 0 };
  return {
    restart: () => {
      sent = { reasoning: 0, output: 0 };
    },
    send: (part: 'reasoning' | 'output', text: string) => {
      context.stream({ runId: state.id, ...place, offset: sent[part], part, text });
      sent[part] += text.length;
    },
  };
}

/** Results find their calls by id: an answer whose calls have none, or share one, gets ids of its own. */
function withCallIds(answer: ModelAnswer, { attempt, step }: { attempt: number; step: number }): ModelAnswer {
  const ids = new Set(answer.toolCalls.map(({ id }) => id));
  if (ids.size === answer.toolCalls.length && !ids.has('')) return answer;
  const toolCalls = answer.toolCalls.map((call, index) => ({ ...call, id: `call_${attempt}_${step}_${index + 1}` }));
  return { ...answer, toolCalls };
}

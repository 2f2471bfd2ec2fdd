import { AssertionError } from 'node:assert';
import type { Model, ModelRequest } from '../crew/model.ts';
import { type ErrorCode, HoldpointError } from '../errors.ts';
import { answerOf, type Step, taskOf, toStep } from './script-step.ts';

/** What `text`, `call`, `calls` and `failWith` make. Any other value in a script is an answer: its output, or the envelope around it. */
class ScriptedStep {
  readonly step: Step | { readonly type: 'failure'; readonly code: ErrorCode; readonly message: string };

  constructor(step: ScriptedStep['step']) {
    this.step = step;
  }
}

/** A final answer whose output is this text. `confidence` defaults to 0.9. */
export function text(output: string, claims: { reasoning?: string; confidence?: number } = {}): unknown {
  return new ScriptedStep({ type: 'answer', output, ...claims });
}

/** A call of one tool. */
export function call(tool: string, input: unknown = {}): unknown {
  return calls([[tool, input]]);
}

/** Several calls in one answer: `calls([['search', { q: 'a' }], ['search', { q: 'b' }]])`. */
export function calls(tools: readonly (readonly [tool: string, input: unknown])[]): unknown {
  return new ScriptedStep({ type: 'calls', calls: tools.map(([tool, input]) => ({ tool, input })) });
}

/** The request fails, after the model's own tries, with this code. */
export function failWith(code: ErrorCode, message = `The script fails with ${code}.`): unknown {
  return new ScriptedStep({ type: 'failure', code, message });
}

/** Steps in order; or steps by task key, for crews whose tasks run side by side. */
export type Script = readonly unknown[] | Readonly<Record<string, readonly unknown[]>>;

export interface ScriptedModel extends Model {
  /** Every request so far, in order. */
  readonly requests: readonly ModelRequest[];
  /** @throws {AssertionError} when steps are left. */
  assertDone(): void;
}

/**
 * A model for tests of crews: it says exactly what the script says, once each.
 * @throws {HoldpointError} on a request beyond the script: `SCRIPT_EXHAUSTED`.
 */
export function scriptedModel(script: Script): ScriptedModel {
  const requests: ModelRequest[] = [];
  const queues = new Map<string | null, unknown[]>(
    isList(script) ? [[null, [...script]]] : Object.entries(script).map(([task, steps]) => [task, [...steps]]),
  );
  return {
    type: 'model',
    name: 'scripted',
    requests,
    respond: async (request, { signal, onDelta, onFailure }) => {
      signal.throwIfAborted();
      requests.push(request);
      const queue = queues.get(isList(script) ? null : taskOf(request)) ?? [];
      if (queue.length === 0) throw exhausted(request, requests.length);
      const given = queue.shift();
      const step = given instanceof ScriptedStep ? given.step : toStep(given);
      if (step.type === 'failure') {
        onFailure({ try: 1, error: { code: step.code, message: step.message }, retryInMs: null });
        throw new HoldpointError(step.code, step.message);
      }
      if (onDelta && step.type === 'answer') onDelta('output', shown(step.output));
      return answerOf(step, request, { model: 'scripted', reasoning: 'As scripted.' });
    },
    assertDone: () => {
      const left = [...queues].filter(([, steps]) => steps.length > 0);
      if (left.length === 0) return;
      const where = left.map(([task, steps]) => `${steps.length}${task === null ? '' : ` of task "${task}"`}`);
      throw new AssertionError({ message: `The script has steps that were never asked for: ${where.join(', ')}.` });
    },
  };
}

function exhausted(request: ModelRequest, number: number): HoldpointError {
  const task = taskOf(request);
  const last = request.messages.at(-1);
  const said =
    last === undefined ? 'nothing' : `${last.role}: ${last.text.replace(/\s+/g, ' ').slice(0, 120).toWellFormed()}`;
  return new HoldpointError(
    'SCRIPT_EXHAUSTED',
    `The script has no step for request ${number}${task === null ? '' : ` (task "${task}")`}; its last message is ${said}. ` +
      'Add a step, or find out why the crew asks once more.',
  );
}

function shown(output: unknown): string {
  return typeof output === 'string' ? output : JSON.stringify(output ?? null);
}

function isList(script: Script): script is readonly unknown[] {
  return Array.isArray(script);
}

import type { Model, ModelOptions, ModelRequest } from '../crew/model.ts';
import { AnswerStream } from './answer-stream.ts';
import { type TextFor, valueFor } from './rehearsal-value.ts';
import { answerOf, assistantMessages, complaintOf, type Step, taskOf, toStep } from './script-step.ts';

/**
 * What the rehearsal says for some tasks, by task key:
 * - a list: its steps one after the other, calls and answers; the last answer stands for all that follow;
 * - a function: asked each time; `undefined` leaves the answer to the rehearsal;
 * - anything else: the answer, after each tool was called once.
 *
 * A step or answer is the output itself, `{ output, reasoning?, confidence? }`, or `{ call: { tool, input } }`. An output
 * that is a list must stand in a list of steps.
 */
export type RehearsalScript = Readonly<Record<string, unknown>>;

const NAME = 'rehearsal';
const PIECES = 4;

/**
 * The offline model: no network, no chance, no key. It calls every tool of a task once, in order, with made-up arguments that
 * satisfy the tool's input schema, then answers with made-up values that satisfy the answer's schema, so that every hold of
 * a crew can be seen for free. After a complaint it answers again and quotes it.
 */
export function rehearsalModel({ script = {} }: { script?: RehearsalScript } = {}): Model {
  const scripts = new Map(Object.entries(script));
  return {
    type: 'model',
    name: NAME,
    respond: async (request, { signal, onDelta }) => {
      signal.throwIfAborted();
      const step = scriptedStep(request, scripts) ?? nextCall(request) ?? madeUpAnswer(request);
      const answer = answerOf(step, request, { model: NAME, reasoning: reasoningFor(request) });
      if (onDelta && step.type === 'answer') await show(answer.text, onDelta, signal);
      return answer;
    },
  };
}

function scriptedStep(request: ModelRequest, scripts: ReadonlyMap<string, unknown>): Step | null {
  const given = scripts.get(taskOf(request) ?? '');
  if (given === undefined) return null;
  if (typeof given === 'function') {
    const answer: unknown = given(request);
    return answer === undefined ? null : toStep(answer);
  }
  if (Array.isArray(given)) {
    const index = assistantMessages(request).length;
    const last = given.length === 0 ? null : toStep(given.at(-1));
    if (index < given.length) return toStep(given[index]);
    return last?.type === 'answer' ? revised(last, request) : null;
  }
  const step = toStep(given);
  return step.type === 'answer' ? (nextCall(request) ?? revised(step, request)) : null;
}

/** A text changes visibly after a complaint; any other scripted output is given again as it is. */
function revised(step: Step & { type: 'answer' }, request: ModelRequest): Step {
  const complaint = complaintOf(request);
  if (complaint === null || typeof step.output !== 'string') return step;
  return { ...step, output: `${step.output}\n\n${revisionNote(complaint)}` };
}

/** The first tool that was not called yet in this conversation. */
function nextCall(request: ModelRequest): Step | null {
  const called = new Set(assistantMessages(request).flatMap(({ toolCalls }) => toolCalls.map(({ name }) => name)));
  const tool = request.tools.find(({ name }) => !called.has(name));
  if (!tool) return null;
  const input = valueFor(tool.input, (path) => `Rehearsed ${path.at(-1) ?? 'input'}`);
  return { type: 'calls', calls: [{ tool: tool.name, input }] };
}

function madeUpAnswer(request: ModelRequest): Step {
  const { properties, $defs, definitions } = request.answer;
  const output =
    typeof properties === 'object' && properties !== null && 'output' in properties ? properties.output : {};
  // References in the output's schema point into the definitions of the whole answer.
  const definitionsOf = {
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
  const schema = typeof output === 'object' && output !== null ? { ...definitionsOf, ...output } : {};
  return { type: 'answer', output: valueFor(schema, textsFor(request)) };
}

function textsFor(request: ModelRequest): TextFor {
  const task = taskOf(request) ?? 'without a name';
  const complaint = complaintOf(request);
  const revision = complaint === null ? '' : revisionNote(complaint);
  return (path) => {
    const name = path.at(-1);
    if (name !== undefined) return revision ? `${revision} (${name})` : `Rehearsed ${name} for task ${task}`;
    const draft = `Rehearsed draft for task ${task}: ${firstLine(request)}`;
    return revision ? `${draft}\n\n${revision}` : draft;
  };
}

function revisionNote(complaint: string): string {
  const quoted = complaint.replace(/\s+/g, ' ').trim();
  return `Revised after: "${quoted.length > 300 ? `${quoted.slice(0, 300).toWellFormed()}…` : quoted}"`;
}

/** The first line that says what the task is, without the line that only names it. */
function firstLine(request: ModelRequest): string {
  const given = request.messages.find(({ role }) => role === 'user')?.text ?? '';
  const lines = given.split('\n').map((line) => line.trim());
  const line = lines.find((text) => text !== '' && !text.startsWith('Task: ')) ?? 'nothing was asked';
  return line.length > 200 ? `${line.slice(0, 200).toWellFormed()}…` : line;
}

function reasoningFor(request: ModelRequest): string {
  const complaint = complaintOf(request);
  const why = 'This is a rehearsal: the values are made up to satisfy the schema.';
  return complaint === null ? why : `${why} ${revisionNote(complaint)}`;
}

/** In a few pieces, as a real answer arrives. */
async function show(text: string, onDelta: NonNullable<ModelOptions['onDelta']>, signal: AbortSignal): Promise<void> {
  const stream = new AnswerStream(onDelta, { prose: false });
  const size = Math.max(1, Math.ceil(text.length / PIECES));
  for (let from = 0; from < text.length; from += size) {
    await Promise.resolve();
    signal.throwIfAborted();
    stream.push(text.slice(from, from + size));
  }
}

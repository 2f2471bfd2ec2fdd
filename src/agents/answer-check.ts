import type { ModelAnswer, ToolCall } from '../crew/model.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import type { AnswerDraft } from './answer-draft.ts';
import { FailedTry } from './failed-try.ts';
import { FINAL_ANSWER } from './openai-request.ts';
import { unfence } from './unfence.ts';

interface CheckOptions {
  /** The name to record where the server names no model. */
  readonly model: string;
  /** Whether prose passes where JSON was asked for. */
  readonly acceptProse: boolean;
  /** Unique in the conversation: the number of messages before this answer. Names the calls that came without an id. */
  readonly position: number;
}

/** An answer that is whole. `prose`: it is not the JSON that was asked for, but accepted. */
export interface CheckedAnswer {
  readonly answer: ModelAnswer;
  readonly prose: boolean;
}

/**
 * Lets only a whole, well-formed answer pass.
 * @throws {FailedTry} `MODEL_TRUNCATED`, `MODEL_REFUSED`, `MODEL_EMPTY` or `MODEL_MALFORMED`.
 */
export function checkAnswer(draft: AnswerDraft, options: CheckOptions): CheckedAnswer {
  checkEnd(draft);
  const calls = draft.calls.filter(({ name }) => name !== FINAL_ANSWER);
  const final = draft.calls.find(({ name }) => name === FINAL_ANSWER);
  const { text, prose } =
    calls.length > 0 ? { text: '', prose: false } : checkText(final?.arguments ?? draft.content, options);
  const toolCalls = checkCalls(calls, options.position);
  return { answer: { model: draft.model ?? options.model, text, toolCalls, usage: draft.usage }, prose };
}

/** A stream that was cut looks to the SDK like one that ended: only the server's `finish_reason` tells. */
function checkEnd({ finishReason, refusal, content, calls }: AnswerDraft): void {
  if (finishReason === 'content_filter') {
    throw new FailedTry('MODEL_REFUSED', 'The model server filtered the answer out.', { again: 'once' });
  }
  if (refusal !== '') {
    const words = refusal.slice(0, 300).toWellFormed();
    throw new FailedTry('MODEL_REFUSED', `The model refused to answer: ${words}`, { again: 'once' });
  }
  if (finishReason === null) throw new FailedTry('MODEL_TRUNCATED', 'The answer of the model broke off.');
  if (finishReason === 'length') {
    throw new FailedTry('MODEL_TRUNCATED', 'The answer of the model was cut at its length limit.');
  }
  if (content.trim() === '' && calls.length === 0)
    throw new FailedTry('MODEL_EMPTY', 'The answer of the model is empty.');
}

function checkCalls(calls: AnswerDraft['calls'], position: number): ToolCall[] {
  const seen = new Set<string>();
  return calls.map(({ id, name, arguments: text }, index) => {
    if (name === '') throw new FailedTry('MODEL_MALFORMED', 'The model called a tool without naming it.');
    // Tools without parameters are often called with nothing at all.
    const given = text.trim() === '' ? '{}' : text;
    if (asObject(parse(given)) === null) {
      throw new FailedTry('MODEL_MALFORMED', `The model called ${name} with arguments that are not a JSON object.`);
    }
    const unique = id === '' || seen.has(id) ? `call_${position}_${index + 1}` : id;
    seen.add(unique);
    return { id: unique, name, arguments: given };
  });
}

/** Broken JSON rather than prose. */
const JSON_START = /^[{["`]/;
/** What no JSON text begins with, hence prose; found before the parser throws, which is slow. */
const PROSE_START = /^[^\s{["\-\dtfn]/;

function checkText(given: string, { acceptProse }: CheckOptions): { text: string; prose: boolean } {
  const text = unfence(given.trim());
  const value = parse(text);
  const object = asObject(value);
  if (object && Object.hasOwn(object, 'output')) return { text, prose: false };
  if (value !== undefined || JSON_START.test(text)) {
    const what = value === undefined ? 'broken JSON' : 'JSON, but not an object with "output"';
    throw new FailedTry('MODEL_MALFORMED', `The answer of the model is ${what}.`);
  }
  if (acceptProse) return { text: given.trim().toWellFormed(), prose: true };
  throw new FailedTry('MODEL_MALFORMED', 'The model answered in prose where JSON was asked for.', { prose: true });
}

/** The value that the journal can carry; undefined for anything else (broken JSON, lone surrogates, absurd depth). */
function parse(text: string): unknown {
  if (PROSE_START.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    canonicalJson(value);
    return value;
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): object | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}

import type { FailedTry } from './failed-try.ts';

/**
 * How one server wants to be asked for the final answer. Servers differ: some know no `json_schema`, some no
 * `tool_choice`, some no tools; each refusal steps down once.
 */
export interface Mode {
  /** By `response_format`, by a call of the tool `final_answer`, or by words in the prompt. */
  readonly answerBy: 'schema' | 'tool' | 'prompt';
  /** Whether `tool_choice: 'required'` may be sent. */
  readonly toolChoice: boolean;
  /** Whether `stream_options` may be sent. */
  readonly streamOptions: boolean;
  /** Whether the server only streams; else an answer that nobody watches comes whole, which costs both sides less. */
  readonly streamOnly: boolean;
}

export const BEST_MODE: Mode = { answerBy: 'schema', toolChoice: true, streamOptions: true, streamOnly: false };

/** As in "This model only support stream mode", "stream=false is not supported", "please set stream to true". */
const ONLY_STREAMS =
  /only supports? stream|non-?stream\w* (mode |calls? )?(is |are )?(not|un)|stream\W+false\W+(is )?(not|un)|stream\W+(must|should|to) (be )?\W*true/i;

/** The mode to ask in after this refusal; null: the refusal is about something else. */
export function lesserMode(mode: Mode, refusal: FailedTry, hasTools: boolean): Mode | null {
  if (refusal.status !== 400 && refusal.status !== 404 && refusal.status !== 422) return null;
  const { words } = refusal;
  // Before the next: a server that only streams may name the parameter that would make it.
  if (!mode.streamOnly && ONLY_STREAMS.test(words)) return { ...mode, streamOnly: true };
  if (mode.streamOptions && /stream_options|include_usage/i.test(words)) return { ...mode, streamOptions: false };
  if (mode.answerBy === 'schema' && /response_?format|json_?schema|structured output/i.test(words)) {
    return { ...mode, answerBy: 'tool' };
  }
  if (mode.answerBy !== 'tool') return null;
  if (mode.toolChoice && /tool[_ ]choice/i.test(words)) return { ...mode, toolChoice: false };
  return !hasTools && /\b(tools?|functions?)\b/i.test(words) ? { ...mode, answerBy: 'prompt' } : null;
}

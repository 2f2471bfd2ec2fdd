import type { ModelOptions } from '../crew/model.ts';
import { AnswerStream } from './answer-stream.ts';
import { FINAL_ANSWER } from './openai-request.ts';
import type { Piece, ToolCallPiece } from './openai-stream.ts';

interface CallDraft {
  id: string;
  name: string;
  arguments: string;
}

/** An answer as put together from its pieces, not yet checked. */
export class AnswerDraft {
  model: string | null = null;
  content = '';
  refusal = '';
  finishReason: string | null = null;
  readonly calls: CallDraft[] = [];
  usage = { inputTokens: 0, outputTokens: 0 };
  readonly #slots = new Map<number, CallDraft>();
  readonly #onDelta: ModelOptions['onDelta'];
  readonly #shown: AnswerStream | null;

  constructor(onDelta: ModelOptions['onDelta'], options: { prose: boolean }) {
    this.#onDelta = onDelta;
    this.#shown = onDelta ? new AnswerStream(onDelta, options) : null;
  }

  add(piece: Piece): void {
    this.model ??= piece.model || null;
    if (piece.usage) this.usage = usageOf(piece.usage);
    const choice = piece.choices?.find(({ index }) => (index ?? 0) === 0);
    if (!choice) return;
    this.finishReason = choice.finish_reason ?? this.finishReason;
    const delta = choice.delta ?? choice.message;
    if (!delta) return;
    this.refusal += delta.refusal ?? '';
    if (delta.reasoning_content) this.#onDelta?.('reasoning', delta.reasoning_content);
    this.#addContent(typeof delta.content === 'string' ? delta.content : textOf(delta.content));
    // In a plain answer each call is whole; only the pieces of a stream are numbered.
    for (const [index, call] of (delta.tool_calls ?? []).entries())
      this.#addCall(choice.delta ? call : { ...call, index });
  }

  #addContent(text: string): void {
    if (text === '') return;
    this.content += text;
    this.#shown?.push(text);
  }

  #addCall(piece: ToolCallPiece): void {
    const call = this.#callOf(piece);
    const { name, arguments: given } = piece.function ?? {};
    if (piece.id) call.id = piece.id;
    // Most servers send the name once, some with every piece.
    if (name && name !== call.name) call.name += name;
    const text = typeof given === 'string' ? given : given ? JSON.stringify(given) : '';
    call.arguments += text;
    if (call.name === FINAL_ANSWER && text !== '') this.#shown?.push(text);
  }

  /** The call that a piece belongs to. Some servers number no calls, or all of them 0; then a new id begins a new call. */
  #callOf({ index, id }: ToolCallPiece): CallDraft {
    const slot = index ?? Math.max(0, this.#slots.size - 1);
    const known = this.#slots.get(slot);
    if (known && (!id || !known.id || id === known.id)) return known;
    const call = { id: '', name: '', arguments: '' };
    this.calls.push(call);
    this.#slots.set(index ?? this.#slots.size, call);
    return call;
  }
}

function textOf(parts: readonly { readonly text?: string | null | undefined }[] | null | undefined): string {
  return (parts ?? []).map(({ text }) => text ?? '').join('');
}

function usageOf(usage: NonNullable<Piece['usage']>): AnswerDraft['usage'] {
  return { inputTokens: count(usage.prompt_tokens), outputTokens: count(usage.completion_tokens) };
}

function count(value: number | null | undefined): number {
  return Math.max(0, Math.trunc(value ?? 0));
}

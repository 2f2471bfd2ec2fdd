import type OpenAI from 'openai';
import type { AnswerUsage, ModelAnswer, ModelOptions, ModelRequest } from '../crew/model.ts';
import { type CheckedAnswer, checkAnswer } from './answer-check.ts';
import { AnswerDraft } from './answer-draft.ts';
import { FailedTry } from './failed-try.ts';
import { openaiClient } from './openai-client.ts';
import { toFailedTry } from './openai-failure.ts';
import { BEST_MODE, lesserMode, type Mode } from './openai-mode.ts';
import { toBody } from './openai-request.ts';
import type { ModelPrice, OpenAISettings } from './openai-settings.ts';
import { askOnce } from './openai-stream.ts';
import { retrying } from './retry.ts';
import { TryWatch } from './try-watch.ts';

/** What a client has learnt about one model: how to ask it, and whether it can only answer in prose. */
interface Habits {
  mode: Mode;
  prose: boolean;
}

/** After so many prose answers in a row, prose is what the model can do. */
const PROSE_LIMIT = 3;

/** Asks one server for answers, over one client, through all tries that an answer takes. */
export class OpenAIExchanges {
  readonly #settings: OpenAISettings;
  readonly #client: OpenAI;
  readonly #habits = new Map<string, Habits>();

  constructor(settings: OpenAISettings) {
    this.#settings = settings;
    this.#client = openaiClient(settings);
  }

  respond(request: ModelRequest, options: ModelOptions): Promise<ModelAnswer> {
    const model = request.model ?? this.#settings.name;
    const habits = this.#habits.get(model) ?? { mode: BEST_MODE, prose: false };
    this.#habits.set(model, habits);
    return new Exchange(this.#client, this.#settings, habits, { ...request, model }, options).respond();
  }
}

/** What was used with its cost, where the price is known and the server said how much it was. */
function priced({ inputTokens, outputTokens }: AnswerUsage, price: ModelPrice | null): AnswerUsage {
  if (!price || inputTokens + outputTokens === 0) return { inputTokens, outputTokens };
  const usd = (inputTokens * price.input + outputTokens * price.output) / 1e6;
  return { inputTokens, outputTokens, usd };
}

/** One request to a model, through all its tries. */
class Exchange {
  readonly #client: OpenAI;
  readonly #settings: OpenAISettings;
  readonly #habits: Habits;
  readonly #request: ModelRequest & { readonly model: string };
  readonly #options: ModelOptions;
  /** Prose answers in a row. */
  #prose = 0;

  constructor(
    client: OpenAI,
    settings: OpenAISettings,
    habits: Habits,
    request: ModelRequest & { readonly model: string },
    options: ModelOptions,
  ) {
    this.#client = client;
    this.#settings = settings;
    this.#habits = habits;
    this.#request = request;
    this.#options = options;
  }

  respond(): Promise<ModelAnswer> {
    const { maxTries, sleep, random } = this.#settings;
    const { signal, onFailure } = this.#options;
    return retrying(() => this.#try(), { maxTries, sleep, random, signal, onFailure });
  }

  async #try(): Promise<ModelAnswer> {
    try {
      const { answer, prose } = await this.#askInAnyMode();
      if (answer.toolCalls.length === 0) this.#habits.prose = prose;
      return { ...answer, usage: priced(answer.usage, this.#settings.price) };
    } catch (error) {
      const answered = error instanceof FailedTry && (error.code === 'MODEL_MALFORMED' || error.code === 'MODEL_EMPTY');
      if (answered) this.#prose = error.prose ? this.#prose + 1 : 0;
      throw error;
    }
  }

  /** A mode that the server does not know costs a request, but no try: nothing has failed. */
  async #askInAnyMode(): Promise<CheckedAnswer> {
    // A model that ignored the schema once may still follow a tool; what comes of it holds for this try only.
    let once: Mode | null =
      this.#prose === 1 && this.#habits.mode.answerBy === 'schema' ? { ...this.#habits.mode, answerBy: 'tool' } : null;
    for (;;) {
      const mode = once ?? this.#habits.mode;
      try {
        return await this.#ask(mode);
      } catch (error) {
        const lesser = error instanceof FailedTry ? lesserMode(mode, error, this.#request.tools.length > 0) : null;
        if (lesser === null) throw error;
        if (once) once = lesser;
        else this.#habits.mode = lesser;
      }
    }
  }

  async #ask(mode: Mode): Promise<CheckedAnswer> {
    using watch = new TryWatch(this.#options.signal, this.#settings);
    const acceptProse = this.#habits.prose || this.#prose >= PROSE_LIMIT - 1;
    const draft = new AnswerDraft(this.#options.onDelta, { prose: acceptProse });
    const { model, messages } = this.#request;
    try {
      for await (const piece of this.#pieces(mode, watch)) draft.add(piece);
      return checkAnswer(draft, { model, acceptProse, position: messages.length });
    } catch (error) {
      // An answer that is cut or of no use was paid for like any other.
      const { inputTokens, outputTokens } = draft.usage;
      if (error instanceof FailedTry && inputTokens + outputTokens > 0)
        error.usage = priced(draft.usage, this.#settings.price);
      throw error;
    }
  }

  /** What fails here is the server's or the connection's fault; what a listener throws is not caught. */
  async *#pieces(mode: Mode, watch: TryWatch) {
    const { signal } = watch;
    try {
      const watched = this.#options.onDelta !== null;
      yield* askOnce(this.#client, toBody(this.#request, this.#request.model, { ...mode, watched }), watch);
    } catch (error) {
      throw toFailedTry(signal.aborted ? signal.reason : error, this.#settings);
    }
  }
}

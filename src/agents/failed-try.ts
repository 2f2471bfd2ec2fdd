import type { AnswerUsage } from '../crew/model.ts';
import type { ErrorCode } from '../errors.ts';

/** How often a failure may be tried again: `never` (asking again cannot help), `once`, or as long as there are tries. */
type Again = 'always' | 'once' | 'never';

interface FailedTryOptions {
  readonly again?: Again;
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | null;
  /** HTTP status; null where the failure is not an HTTP answer. */
  readonly status?: number | null;
  /** All that the server said, uncut: for telling what it refused, never for showing. */
  readonly words?: string;
  /** The model answered in prose where JSON was asked for. */
  readonly prose?: boolean;
  readonly cause?: unknown;
}

/** One failed try of a model call. It never leaves `agents/`: the last one becomes a `HoldpointError`. */
export class FailedTry extends Error {
  override readonly name = 'FailedTry';
  readonly code: ErrorCode;
  readonly again: Again;
  readonly retryAfterMs: number | null;
  readonly status: number | null;
  readonly words: string;
  readonly prose: boolean;
  /** What it used nevertheless; null where the server did not say. */
  usage: AnswerUsage | null = null;

  constructor(code: ErrorCode, message: string, options: FailedTryOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.again = options.again ?? 'always';
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.status = options.status ?? null;
    this.words = options.words ?? '';
    this.prose = options.prose ?? false;
  }
}

import { APIConnectionTimeoutError, APIError } from 'openai';
import { messageOf } from '../errors.ts';
import { FailedTry } from './failed-try.ts';

/** What `toFailedTry` must know to tell a failure in words: where the server is, and the key that no message may show. */
interface FailureContext {
  readonly baseURL: string;
  readonly apiKey: string;
  readonly now: () => number;
}

const MAX_WORDS = 300;
/** A shorter key is none that a server checks ("test", "ollama", "x"), and would be found inside of words. */
const SHORTEST_SECRET = 8;
/** Statuses below 500 that say "not now" rather than "no". */
const TRANSIENT = new Set([408, 409, 425]);

/** What went wrong on the way to an answer: in the connection, on the server, or in what it sent. */
export function toFailedTry(error: unknown, context: FailureContext): FailedTry {
  if (error instanceof FailedTry) return error;
  if (error instanceof APIConnectionTimeoutError) {
    return new FailedTry('MODEL_TIMEOUT', `The model server at ${whereOf(context)} did not answer in time.`);
  }
  if (error instanceof APIError && typeof error.status === 'number') return ofStatus(error, error.status, context);
  if (error instanceof APIError && error.error !== undefined) return ofStreamedError(error, context);
  if (error instanceof SyntaxError) {
    return new FailedTry('MODEL_MALFORMED', 'The model server sent a piece of its answer that is not JSON.');
  }
  const words = wordsOf(deepest(error), context);
  return new FailedTry(
    'MODEL_UNREACHABLE',
    `The connection to the model server at ${whereOf(context)} failed: ${words}`,
  );
}

function ofStatus(error: APIError, status: number, context: FailureContext): FailedTry {
  const words = wordsOf(error.message.replace(/^\d{3} /, ''), context);
  const retryAfterMs = retryAfterOf(error.headers ?? new Headers(), context.now());
  if (status === 429 && error.code !== 'insufficient_quota') {
    return new FailedTry('MODEL_RATE_LIMITED', `The model server limits our rate (HTTP 429): ${words}`, {
      status,
      retryAfterMs,
    });
  }
  if (status >= 500 || TRANSIENT.has(status)) {
    const message = `The model server at ${whereOf(context)} failed (HTTP ${status}): ${words}`;
    return new FailedTry('MODEL_UNREACHABLE', message, { status, retryAfterMs });
  }
  const message = `The model server refused the request (HTTP ${status}): ${words}`;
  const said = `${error.message} ${error.param ?? ''} ${error.code ?? ''}`;
  return new FailedTry('MODEL_REFUSED', message, { status, again: 'never', words: said });
}

/** An `error` object inside a stream, or in a body that came with HTTP 200. */
function ofStreamedError(error: APIError, context: FailureContext): FailedTry {
  const limited = /rate.?limit/i.test(`${error.code} ${error.type}`) || String(error.code) === '429';
  const code = limited ? 'MODEL_RATE_LIMITED' : 'MODEL_UNREACHABLE';
  return new FailedTry(code, `The model server broke off its answer: ${wordsOf(error.message, context)}`);
}

/** `retry-after-ms`, or `retry-after` in seconds or as an HTTP date; in milliseconds from now. */
function retryAfterOf(headers: Headers, now: number): number | null {
  const ms = numberOf(headers.get('retry-after-ms'));
  if (ms !== null) return ms;
  const text = headers.get('retry-after');
  const seconds = numberOf(text);
  if (seconds !== null) return seconds * 1000;
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

function numberOf(text: string | null): number | null {
  if (text === null || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** The server's own words: one line, cut, and without the key, which some servers echo. */
function wordsOf(text: string, { apiKey }: FailureContext): string {
  if (/^\s*<(!doctype|html)/i.test(text)) return 'an HTML page came instead of an answer.';
  const known = apiKey.length < SHORTEST_SECRET ? text : text.replaceAll(apiKey, '[key]');
  const plain = known
    .replace(/\bsk-[\w*-]{4,}/g, '[key]')
    .replace(/\s+/g, ' ')
    .trim();
  const cut = plain.length > MAX_WORDS ? `${plain.slice(0, MAX_WORDS).toWellFormed()}…` : plain;
  return /[.!?…]$/.test(cut) ? cut : `${cut}.`;
}

/** The innermost cause says "connect ECONNREFUSED …" where the outer ones only say "Connection error". */
function deepest(error: unknown): string {
  let inner = error;
  for (let depth = 0; depth < 8 && inner instanceof Error && inner.cause !== undefined; depth++) inner = inner.cause;
  return messageOf(inner) || messageOf(error);
}

/** The origin alone: paths and queries may carry secrets. */
function whereOf({ baseURL }: FailureContext): string {
  return new URL(baseURL).origin;
}

import { setTimeout as delay } from 'node:timers/promises';
import { HoldpointError } from '../errors.ts';
import { LONGEST_TIMER_MS } from '../hooks/duration.ts';
import { keptFetch } from './fetch.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

export interface OpenAIModelOptions {
  /** The model asked for where a request names none. Default: `HOLDPOINT_MODEL`, else `gpt-4.1-mini`. */
  readonly name?: string | undefined;
  /** Default: `OPENAI_BASE_URL`, else OpenAI's own. */
  readonly baseURL?: string | undefined;
  /** Default: `OPENAI_API_KEY`. A server given by a base URL may need none. */
  readonly apiKey?: string | undefined;
  /** What the model costs, in USD a million tokens; a `budget.usd` needs it. */
  readonly price?: ModelPrice | undefined;
  /** Tries of one answer before giving up. Default 8, minimum 1. */
  readonly maxTries?: number | undefined;
  /** Of one whole try, in milliseconds. Default 120 000; more than 25 days, such as `Infinity`, count as those. */
  readonly timeoutMs?: number | undefined;
  /** Between two pieces of a stream, in milliseconds. Default 60 000. */
  readonly idleTimeoutMs?: number | undefined;
  /** Default: on Node's HTTP client, with connections that are kept. Another is given a URL, and a body of text. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Time and chance, for tests. */
  readonly sleep?: (ms: number, options: { signal: AbortSignal }) => Promise<void>;
  readonly random?: () => number;
  readonly now?: () => number;
}

export interface OpenAISettings {
  readonly price: ModelPrice | null;
  readonly name: string;
  readonly baseURL: string;
  readonly apiKey: string;
  readonly maxTries: number;
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
  readonly sleep: (ms: number, options: { signal: AbortSignal }) => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
}

const OPENAI = 'https://api.openai.com/v1';
const DEFAULT_NAME = 'gpt-4.1-mini';
/** For servers that check no key: the SDK wants one. */
const NO_KEY = 'no-key';

/** @throws {HoldpointError} `MODEL_NOT_CONFIGURED` without a key or a base URL, or with a base URL that cannot be used. */
export function openaiSettings(options: OpenAIModelOptions, env: Env): OpenAISettings {
  const apiKey = options.apiKey ?? given(env.OPENAI_API_KEY);
  const baseURL = options.baseURL ?? given(env.OPENAI_BASE_URL);
  if (apiKey === undefined && baseURL === undefined) {
    throw new HoldpointError(
      'MODEL_NOT_CONFIGURED',
      'No model is configured. Set OPENAI_API_KEY, or OPENAI_BASE_URL for another compatible server ' +
        '(and HOLDPOINT_MODEL for the model\'s name). "--model rehearsal" runs offline and needs none of them.',
    );
  }
  if (baseURL !== undefined && !URL.canParse(baseURL)) {
    throw new HoldpointError(
      'MODEL_NOT_CONFIGURED',
      `The model's base URL "${baseURL}" is not a URL. Set OPENAI_BASE_URL to one such as http://127.0.0.1:11434/v1.`,
    );
  }
  if (baseURL !== undefined && (new URL(baseURL).username || new URL(baseURL).password)) {
    throw new HoldpointError(
      'MODEL_NOT_CONFIGURED',
      "The model's base URL carries a user or password, which is never sent. Put the key into OPENAI_API_KEY.",
    );
  }
  const idleTimeoutMs = Math.min(options.idleTimeoutMs ?? 60_000, LONGEST_TIMER_MS);
  return {
    name: options.name ?? given(env.HOLDPOINT_MODEL) ?? DEFAULT_NAME,
    baseURL: baseURL ?? OPENAI,
    apiKey: apiKey ?? NO_KEY,
    price: options.price ?? null,
    maxTries: Math.max(1, options.maxTries ?? 8),
    timeoutMs: Math.min(options.timeoutMs ?? 120_000, LONGEST_TIMER_MS),
    idleTimeoutMs,
    fetch: options.fetch ?? keptFetch(env, { idleTimeoutMs }),
    sleep: options.sleep ?? ((ms, { signal }) => delay(ms, undefined, { signal })),
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
  };
}

/** A variable that is set but blank counts as not set. */
function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

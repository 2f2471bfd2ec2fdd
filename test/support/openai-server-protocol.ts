/** What test and server process say to each other about the scripted OpenAI-compatible server. */

export interface Reply {
  readonly output?: unknown;
  readonly reasoning?: string;
  readonly confidence?: number;
  /** Tools to call; those that the conversation already has a result of are left out. */
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: unknown }[];
  /** The answer's content as it is, with no envelope. */
  readonly raw?: string;
}

export interface Rule {
  /** A text, or several, that the messages must contain; '' matches every request. The first rule that matches is used. */
  readonly when: string | readonly string[];
  readonly reply?: Reply;
  /** Used so many times, then no more. Default: always. */
  readonly times?: number;
  /** Waits for a release: before the answer, or in the middle of it. */
  readonly hold?: true | 'midway';
  /** Fails so, instead of answering. */
  readonly fault?: Fault;
}

export const FAULTS = [
  '429',
  '500',
  'reset',
  'truncated',
  'malformed-json',
  'malformed-sse',
  'wrong-schema',
  'empty',
  'html',
  'stream-error',
  'length',
  'content-filter',
  'silent',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface ServerConfig {
  readonly latencyMs: number;
  /** Pieces that a streamed text or a call's arguments are cut into. */
  readonly pieces: number;
  /** Answers 400 to `response_format`. */
  readonly noJsonSchema: boolean;
  /** Takes `response_format` and answers prose all the same. */
  readonly prose: boolean;
  /** Answers 400 to `tool_choice`. */
  readonly noToolChoice: boolean;
  /** Answers 400 to `tools`. */
  readonly noTools: boolean;
  /** Answers 400 to `stream_options`. */
  readonly noStreamOptions: boolean;
  /** Ignores `stream: true`. */
  readonly neverStreams: boolean;
  /** The headers of a 429. */
  readonly limitHeaders: Readonly<Record<string, string>>;
  /** The faults of the next requests, in order. */
  readonly next: readonly Fault[];
  /** Rates from 0 to 1, drawn from `seed`. */
  readonly rates: Readonly<Partial<Record<Fault, number>>>;
  readonly seed: number;
}

export const DEFAULT_CONFIG: ServerConfig = {
  latencyMs: 0,
  pieces: 5,
  noJsonSchema: false,
  prose: false,
  noToolChoice: false,
  noTools: false,
  noStreamOptions: false,
  neverStreams: false,
  limitHeaders: { 'retry-after': '1' },
  next: [],
  rates: {},
  seed: 1,
};

export interface ChatMessage {
  readonly role: string;
  readonly content?: string | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly name: string } }[];
}

export interface ChatBody {
  readonly model?: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly tools?: readonly { readonly function: { readonly name: string; readonly parameters: unknown } }[];
  readonly tool_choice?: unknown;
  readonly response_format?: { readonly json_schema?: { readonly strict?: boolean; readonly schema: unknown } };
}

/** A request as the server logs it. `outcome`: 'answered', or the fault or refusal that it met. */
export interface LoggedRequest {
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly body: ChatBody;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  outcome: string;
  /** Whether the client hung up before the answer was whole. */
  hungUp: boolean;
}

import { type AgentOptions, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';

/** An answer that is here already: read as text without the web streams that a `Response` would read it through. */
class WholeResponse extends Response {
  readonly #text: string;

  constructor(text: string, init: ResponseInit) {
    super(null, init);
    this.#text = text;
  }

  override text(): Promise<string> {
    return Promise.resolve(this.#text);
  }

  override async json(): Promise<unknown> {
    return JSON.parse(this.#text);
  }
}

type Env = Readonly<Record<string, string | undefined>>;
type Agents = { readonly http: HttpAgent; readonly https: HttpsAgent };

interface Asked {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly signal: AbortSignal | undefined;
}

const MAX_REDIRECTIONS = 3;

/**
 * A `fetch` for the SDK, on Node's own HTTP client: for a short answer, half the time of the global `fetch`. Connections are kept. How long an
 * answer may take is the caller's `signal`; one that comes whole may never be silent for `idleTimeoutMs` once it has begun. With
 * `NODE_USE_ENV_PROXY=1` it goes through `HTTPS_PROXY` and `HTTP_PROXY`, where Node's agents can.
 */
export function keptFetch(env: Env, { idleTimeoutMs }: { idleTimeoutMs: number }): typeof globalThis.fetch {
  const options: AgentOptions = {
    keepAlive: true,
    ...(env.NODE_USE_ENV_PROXY === '1' ? { proxyEnv: process.env } : {}),
  };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  return async (input, init = {}) => {
    if (input instanceof Request || (init.body && typeof init.body !== 'string'))
      throw new TypeError('Only a URL and a body of text can be sent.');
    const answer = await follow(new URL(input), toAsked(init), agents);
    const given = { status: answer.statusCode ?? 500, headers: toHeaders(answer) };
    const isStream = /event-stream/i.test(answer.headers['content-type'] ?? '');
    if (isStream) return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, given);
    return new WholeResponse(await textOf(answer, idleTimeoutMs), given);
  };
}

function toAsked({ method = 'GET', headers, body, signal }: RequestInit): Asked {
  return {
    method: method.toUpperCase(),
    headers: {
      ...Object.fromEntries(headers instanceof Headers ? headers : new Headers(headers)),
      'accept-encoding': 'identity',
    },
    body: typeof body === 'string' ? body : null,
    signal: signal ?? undefined,
  };
}

/** Another place on the same server is followed; one elsewhere would be handed the key, so its answer is given as it is. */
async function follow(url: URL, asked: Asked, agents: Agents): Promise<IncomingMessage> {
  let at = url;
  for (let redirections = 0; ; redirections++) {
    const answer = await send(at, asked, agents);
    const { statusCode, headers } = answer;
    const next = statusCode === 307 || statusCode === 308 ? (headers.location ?? null) : null;
    if (next === null || redirections >= MAX_REDIRECTIONS) return answer;
    const there = new URL(next, at);
    if (there.origin !== url.origin) return answer;
    answer.resume();
    at = there;
  }
}

function send(url: URL, { body, ...asked }: Asked, agents: Agents): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const made = secure
      ? requestHttps(url, { ...asked, agent: agents.https }, resolve)
      : requestHttp(url, { ...asked, agent: agents.http }, resolve);
    made.on('error', reject);
    made.end(body ?? undefined);
  });
}

function textOf(answer: IncomingMessage, idleTimeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const silent = () => answer.destroy(new Error(`timed out: no data for ${idleTimeoutMs} ms`));
    const idle = setTimeout(silent, idleTimeoutMs);
    const pieces: Buffer[] = [];
    answer.on('data', (piece: Buffer) => {
      idle.refresh();
      pieces.push(piece);
    });
    answer.on('end', () => {
      clearTimeout(idle);
      resolve(Buffer.concat(pieces).toString());
    });
    answer.on('error', (error) => {
      clearTimeout(idle);
      reject(error);
    });
  });
}

function toHeaders({ headers }: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) flat[name] = String(value);
  return flat;
}

/**
 * A scripted OpenAI-compatible server, as a process of its own: `node openai-server-main.ts` prints `{"port":N,"pid":N}`.
 *
 * - `POST /v1/chat/completions` answers, streamed or not, by the first rule that matches, else made up from the schema.
 * - `POST /_rules` sets the rules, `POST /_config` changes options, `POST /_reset` forgets everything.
 * - `GET /_requests` lists what came, `GET /_wait?match=TEXT` answers once such a request has come.
 * - `POST /_release` lets held requests go.
 *
 * It ends with its parent (its standard input closes), by signal, or after ten minutes.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ChatBody,
  DEFAULT_CONFIG,
  FAULTS,
  type Fault,
  type LoggedRequest,
  type Rule,
  type ServerConfig,
} from './openai-server-protocol.ts';
import { matches, promptOf, say } from './openai-server-reply.ts';
import { problem, send, sendJson } from './openai-server-wire.ts';

const LIFETIME_MS = 10 * 60_000;

let config: ServerConfig = DEFAULT_CONFIG;
let rules: { rule: Rule; left: number }[] = [];
let log: LoggedRequest[] = [];
let next: Fault[] = [];
let random = randomFrom(config.seed);
const held: (() => void)[] = [];
let waiting: { match: string; res: ServerResponse }[] = [];

async function complete(body: ChatBody, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const entry: LoggedRequest = {
    n: log.length,
    at: Date.now(),
    body,
    headers: req.headers,
    outcome: 'answered',
    hungUp: false,
  };
  log.push(entry);
  res.on('close', () => {
    entry.hungUp = !res.writableFinished;
  });
  for (const waiter of waiting.filter(({ match }) => promptOf(body).includes(match))) sendJson(waiter.res, 200, entry);
  waiting = waiting.filter(({ res: { writableEnded } }) => !writableEnded);
  const refusal = refusalOf(body);
  if (refusal) {
    entry.outcome = 'refused';
    return sendJson(res, 400, refusal);
  }
  const { said, rule } = choose(body);
  const fault = rule?.fault ?? next.shift() ?? drawFault();
  entry.outcome = fault ?? 'answered';
  if (rule?.hold === true) await hold();
  if (config.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, config.latencyMs));
  await send(said, fault, { res, body, config, midway: async () => (rule?.hold === 'midway' ? hold() : undefined) });
}

function choose(body: ChatBody) {
  for (const entry of rules) {
    if (entry.left <= 0 || !matches(entry.rule, body)) continue;
    const said = say(body, entry.rule.reply ?? {}, config);
    if (!said) continue;
    entry.left--;
    return { said, rule: entry.rule };
  }
  const said = say(body, {}, config);
  if (!said) throw new Error('a reply without calls always says something');
  return { said, rule: null };
}

function refusalOf(body: ChatBody): object | null {
  if (config.noJsonSchema && body.response_format) {
    return problem('This server does not support response_format json_schema.', 'invalid_request', 'response_format');
  }
  if (config.noTools && body.tools) return problem('This model does not support tools.', 'invalid_request', 'tools');
  if (config.noToolChoice && body.tool_choice) {
    return problem('tool_choice is not supported.', 'invalid_request', 'tool_choice');
  }
  if (config.noStreamOptions && body.stream_options)
    return { detail: [{ loc: ['body', 'stream_options'], msg: 'extra' }] };
  return null;
}

function drawFault(): Fault | null {
  let draw = random();
  for (const fault of FAULTS) {
    const rate = config.rates[fault] ?? 0;
    if (draw < rate) return fault;
    draw -= rate;
  }
  return null;
}

function hold(): Promise<void> {
  return new Promise((resolve) => held.push(resolve));
}

function release(): void {
  for (const go of held.splice(0)) go();
}

function configure(changes: Partial<ServerConfig>): void {
  config = { ...config, ...changes };
  if (changes.next) next = [...changes.next];
  if (changes.seed !== undefined) random = randomFrom(changes.seed);
}

function setRules(given: readonly Rule[]): void {
  rules = given.map((rule) => ({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }));
}

function reset(): void {
  release();
  configure(DEFAULT_CONFIG);
  setRules([]);
  log = [];
}

function wait(match: string, res: ServerResponse): void {
  const known = log.find(({ body }) => promptOf(body).includes(match));
  if (known) sendJson(res, 200, known);
  else waiting.push({ match, res });
}

async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://server');
  const text = await textOf(req);
  const body: unknown = text === '' ? {} : JSON.parse(text);
  switch (`${req.method} ${url.pathname}`) {
    case 'POST /v1/chat/completions':
      return complete(body as ChatBody, req, res);
    case 'GET /_requests':
      return sendJson(res, 200, log);
    case 'GET /_wait':
      return wait(url.searchParams.get('match') ?? '', res);
    case 'POST /_rules':
      setRules(body as Rule[]);
      return sendJson(res, 200, {});
    case 'POST /_config':
      configure(body as Partial<ServerConfig>);
      return sendJson(res, 200, {});
    case 'POST /_release':
      release();
      return sendJson(res, 200, {});
    case 'POST /_reset':
      reset();
      return sendJson(res, 200, {});
    default:
      return sendJson(res, 404, problem(`There is nothing at ${url.pathname}.`, 'not_found'));
  }
}

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The mulberry32 generator: small, and the same everywhere for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const server = createServer((req, res) => {
  handle(req, res).catch((error: unknown) => {
    if (!res.headersSent) sendJson(res, 400, problem(String(error), 'bad_request'));
    else res.destroy();
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port, pid: process.pid })}\n`);
});
setTimeout(() => process.exit(0), LIFETIME_MS).unref();
process.stdin.on('end', () => process.exit(0)).resume();

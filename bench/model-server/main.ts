/**
 * A model server for measuring, as a process of its own: `node main.ts` prints `{"port":N}`. It answers Chat Completions at once
 * (or after `latencyMs`), streamed or whole, in deterministic words, and writes down when each request arrived.
 *
 * - `POST /v1/chat/completions`
 * - `POST /_config` changes settings, `POST /_reset` forgets what came and sets the defaults again.
 * - `GET /_stats?log=1[&run=ID][&from=US]` lists what came, `GET /_wait?run=ID&task=K` answers once that request has arrived.
 *
 * It ends when its parent does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEFAULTS, FAULTS, type Fault, type LoggedRequest, type ModelServerSettings, nowUs } from './protocol.ts';
import { completion, completionStream, tagOf } from './reply.ts';

let settings: ModelServerSettings = DEFAULTS;
let log: LoggedRequest[] = [];
let waiting: { run: string; task: number; response: ServerResponse }[] = [];
let seed = 1;

async function complete(body: { messages?: unknown; stream?: boolean }, response: ServerResponse, at: number) {
  const words = JSON.stringify(body.messages ?? []);
  const { run, task } = tagOf(words);
  const fault = drawFault();
  const entry = { n: log.length, at, run, task, fault };
  log.push(entry);
  for (const waiter of waiting.filter((one) => one.run === run && one.task === task)) json(waiter.response, 200, entry);
  waiting = waiting.filter((one) => !one.response.writableEnded);
  if (settings.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, settings.latencyMs));
  if (fault === 'rateLimit') return json(response, 429, problem('Too fast.'), { 'retry-after': '1' });
  if (fault === 'serverError') return json(response, 500, problem('The server failed.'));
  if (body.stream === true) sendStream(words, fault, response);
  else sendWhole(words, fault, response);
}

function sendWhole(words: string, fault: Fault | null, response: ServerResponse): void {
  const whole = completion(words);
  const half = whole.slice(0, whole.length / 2);
  if (fault === 'reset') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(whole) });
    response.write(half, () => cutOff(response));
  } else json(response, 200, fault ? half : whole);
}

function sendStream(words: string, fault: Fault | null, response: ServerResponse): void {
  const events = completionStream(words);
  const half = events.slice(0, events.length / 2).join('');
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  if (fault === 'badJson') response.end(`${half}data: {"broken\n\n`);
  else if (fault === 'cutShort') response.end(half);
  else if (fault === 'reset') response.write(half, () => cutOff(response));
  else response.end(events.join(''));
}

function cutOff({ socket }: ServerResponse): void {
  setImmediate(() => socket?.resetAndDestroy());
}

/** Deterministic for the same order of requests. */
function drawFault(): Fault | null {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  let draw = seed / 2 ** 32;
  for (const fault of FAULTS) {
    const rate = settings.rates[fault] ?? 0;
    if (draw < rate) return fault;
    draw -= rate;
  }
  return null;
}

function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers }).end(text);
}

function problem(message: string): object {
  return { error: { message, type: 'bench_fault' } };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const at = nowUs();
  const url = new URL(request.url ?? '/', 'http://server');
  const text = await textOf(request);
  const run = url.searchParams.get('run');
  switch (url.pathname) {
    case '/v1/chat/completions':
      return complete(JSON.parse(text) as { stream?: boolean }, response, at);
    case '/_config':
      settings = { ...settings, ...(JSON.parse(text) as Partial<ModelServerSettings>) };
      return json(response, 200, settings);
    case '/_reset':
      settings = DEFAULTS;
      log = [];
      seed = 1;
      return json(response, 200, {});
    case '/_stats': {
      const from = Number(url.searchParams.get('from') ?? 0);
      return json(response, 200, { now: at, log: log.filter((one) => (!run || one.run === run) && one.at >= from) });
    }
    case '/_wait': {
      const task = Number(url.searchParams.get('task'));
      const known = log.find((one) => one.run === run && one.task === task);
      if (known) return json(response, 200, known);
      waiting.push({ run: run ?? '', task, response });
      return;
    }
    default:
      return json(response, 404, problem(`There is nothing at ${url.pathname}.`));
  }
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    if (response.headersSent) response.destroy();
    else json(response, 400, problem(String(error)));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openaiModel } from '../../src/agents/openai-model.ts';
import { type Fault, type OpenAIServer, startOpenAIServer } from '../support/openai-server.ts';
import { ask, failing, quickModel, requestFor } from './asking.ts';

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
beforeEach(() => server.reset());
afterAll(() => server.close());

const RETRIED: [Fault, string][] = [
  ['429', 'MODEL_RATE_LIMITED'],
  ['500', 'MODEL_UNREACHABLE'],
  ['reset', 'MODEL_UNREACHABLE'],
  ['stream-error', 'MODEL_UNREACHABLE'],
  ['truncated', 'MODEL_TRUNCATED'],
  ['length', 'MODEL_TRUNCATED'],
  ['malformed-json', 'MODEL_MALFORMED'],
  ['malformed-sse', 'MODEL_MALFORMED'],
  ['wrong-schema', 'MODEL_MALFORMED'],
  ['html', 'MODEL_MALFORMED'],
  ['empty', 'MODEL_EMPTY'],
  ['content-filter', 'MODEL_REFUSED'],
];

describe('a failed try', () => {
  it.each(RETRIED)('%s is told as %s and tried again', async (fault, code) => {
    await server.rules({ when: '', reply: { output: 'whole' } });
    await server.configure({ next: [fault] });
    const { answer, failures } = await ask(quickModel(server.baseURL), requestFor('Say it.'));
    expect(JSON.parse(answer.text)).toMatchObject({ output: 'whole' });
    expect(failures).toMatchObject([{ try: 1, error: { code } }]);
    expect(failures[0]?.retryInMs).not.toBeNull();
    expect(await server.requests()).toHaveLength(2);
  });

  it.each(RETRIED.filter(([fault]) => fault !== 'content-filter'))(
    '%s every time ends as %s, never as an answer',
    async (fault, code) => {
      await server.rules({ when: '', reply: { output: 'whole' }, fault });
      const error = await failing(ask(quickModel(server.baseURL, { maxTries: 3 }), requestFor('Say it.')));
      expect(error).toMatchObject({ name: 'HoldpointError', code });
      expect(error.failures.map(({ try: number, retryInMs }) => [number, retryInMs === null])).toEqual([
        [1, false],
        [2, false],
        [3, true],
      ]);
      expect(await server.requests()).toHaveLength(3);
    },
  );

  it('cuts tool calls short of nothing: a truncated call is no call', async () => {
    await server.rules({ when: '', reply: { toolCalls: [{ name: 'pay', arguments: { amount: 120 } }] } });
    await server.configure({ next: ['truncated', 'reset'] });
    const { answer, failures } = await ask(quickModel(server.baseURL), requestFor('Pay.'));
    expect(failures.map(({ error }) => error.code)).toEqual(['MODEL_TRUNCATED', 'MODEL_UNREACHABLE']);
    expect(answer.toolCalls).toMatchObject([{ name: 'pay', arguments: '{"amount":120}' }]);
    expect(answer.text).toBe('');
  });

  it('asks a model that refuses once more, not oftener', async () => {
    await server.rules({ when: '', fault: 'content-filter' });
    const error = await failing(ask(quickModel(server.baseURL), requestFor('Say it.')));
    expect(error.code).toBe('MODEL_REFUSED');
    expect(await server.requests()).toHaveLength(2);
  });

  it('waits longer each time, at random up to the bound', async () => {
    await server.configure({ next: Array<Fault>(7).fill('500') });
    const model = quickModel(server.baseURL, { random: () => 0.999_999 });
    await ask(model, requestFor('Say it.'));
    expect(model.waits).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800]);
  });

  it('answers all of 200 requests whole at 20 % mixed faults', async () => {
    const kinds: Fault[] = [
      '429',
      '500',
      'reset',
      'truncated',
      'malformed-json',
      'malformed-sse',
      'wrong-schema',
      'empty',
    ];
    await server.configure({ seed: 7, rates: Object.fromEntries(kinds.map((kind) => [kind, 0.2 / kinds.length])) });
    const model = quickModel(server.baseURL);
    let failed = 0;
    const work = Array.from({ length: 8 }, async (_, lane) => {
      for (let n = 0; n < 25; n++) {
        const { answer, failures } = await ask(model, requestFor(`Request ${lane}/${n}`));
        failed += failures.length;
        expect(JSON.parse(answer.text).output).toContain(`Request ${lane}/${n}`);
      }
    });
    await Promise.all(work);
    expect(failed).toBeGreaterThan(25);
  });
});

describe('an answer that nobody watches', () => {
  const unwatched = { watched: false };

  it('is asked for whole', async () => {
    await server.rules({ when: '', reply: { output: 'whole' } });
    const { answer } = await ask(quickModel(server.baseURL), requestFor('Say it.'), unwatched);
    expect(JSON.parse(answer.text).output).toBe('whole');
    expect(answer.usage.outputTokens).toBeGreaterThan(0);
    const [request] = await server.requests();
    expect([request?.body.stream, request?.body.stream_options]).toEqual([undefined, undefined]);
  });

  it.each(RETRIED.filter(([fault]) => fault !== 'malformed-sse' && fault !== 'stream-error'))(
    'is tried again when it fails by %s, told as %s',
    async (fault, code) => {
      await server.rules({ when: '', reply: { output: 'whole' } });
      await server.configure({ next: [fault] });
      const { answer, failures } = await ask(quickModel(server.baseURL), requestFor('Say it.'), unwatched);
      expect(JSON.parse(answer.text)).toMatchObject({ output: 'whole' });
      expect(failures).toMatchObject([{ try: 1, error: { code } }]);
    },
  );

  it('is waited for where no time was to be too long', async () => {
    const model = quickModel(server.baseURL, { timeoutMs: Number.POSITIVE_INFINITY, maxTries: 1 });
    expect(await ask(model, requestFor('Say it.'))).toMatchObject({ failures: [] });
  });

  it('times out when it falls silent in the middle', async () => {
    await server.rules({ when: '', reply: { output: 'whole' } });
    await server.configure({ next: ['silent'] });
    const model = quickModel(server.baseURL, { idleTimeoutMs: 100 });
    const { failures } = await ask(model, requestFor('Say it.'), unwatched);
    expect(failures).toMatchObject([{ error: { code: 'MODEL_TIMEOUT' } }]);
  });

  it.each([
    'This model only support stream mode, please enable the stream parameter to access the model.',
    'Non-streaming calls are not supported by this deployment.',
    'stream=false is not supported',
  ])('is streamed from then on where the server only streams (%s)', async (refusal) => {
    const bodies: { stream?: boolean }[] = [];
    await using streams = await onlyStreaming(refusal, (body) => bodies.push(body));
    const model = quickModel(streams.baseURL);
    for (const prompt of ['One', 'Two']) {
      const { answer, failures } = await ask(model, requestFor(prompt), unwatched);
      expect([answer.text, failures]).toEqual(['{"output":"ok"}', []]);
    }
    expect(bodies.map(({ stream }) => stream ?? false)).toEqual([false, true, true]);
  });
});

describe('a connection', () => {
  it('is kept for the next request, and replaced when the server has closed it', async () => {
    const ports = new Set<number>();
    await using answers = await answering((req, res) => {
      ports.add(req.socket.remotePort ?? 0);
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ choices: [{ message: { content: '{"output":"ok"}' }, finish_reason: 'stop' }] }));
    });
    const model = quickModel(answers.baseURL);
    for (let n = 0; n < 10; n++) await ask(model, requestFor('Say it.'), { watched: n % 2 === 0 });
    const kept = ports.size;
    // The next request may come before the last answer's connection is free.
    expect(kept).toBeLessThanOrEqual(2);
    answers.http.closeAllConnections();
    const { answer } = await ask(model, requestFor('Say it.'), { watched: false });
    expect(answer.text).toBe('{"output":"ok"}');
    expect(ports.size).toBe(kept + 1);
  });

  it('does not follow a redirection to another server, which would be handed the key', async () => {
    let asked = 0;
    await using elsewhere = await answering((_req, res) => {
      asked++;
      res.end();
    });
    await using answers = await answering((_req, res) => {
      res.writeHead(307, { location: `${elsewhere.baseURL}/chat/completions` });
      res.end();
    });
    const error = await failing(ask(quickModel(answers.baseURL, { maxTries: 1 }), requestFor('Say it.')));
    expect(error).toMatchObject({ code: 'MODEL_REFUSED', message: expect.stringContaining('307') });
    expect(asked).toBe(0);
  });

  it('follows a redirection on the same server', async () => {
    await using answers = await answering((req, res) => {
      if (req.url === '/v1/chat/completions') {
        res.writeHead(307, { location: '/elsewhere' });
        return void res.end();
      }
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ choices: [{ message: { content: '{"output":"ok"}' }, finish_reason: 'stop' }] }));
    });
    const { answer } = await ask(quickModel(answers.baseURL), requestFor('Say it.'), { watched: false });
    expect(answer.text).toBe('{"output":"ok"}');
  });
});

describe('retry-after', () => {
  it.each([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '600' }, 60_000],
    [{ 'retry-after-ms': '1250', 'retry-after': '9' }, 1250],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5000],
    [{ 'retry-after': 'soon' }, 100],
  ])('%j waits %d ms', async (limitHeaders, expected) => {
    await server.configure({ limitHeaders, next: ['429'] });
    const model = quickModel(server.baseURL, { now: () => Date.parse('2026-01-01T00:00:00Z') });
    const { failures } = await ask(model, requestFor('Say it.'));
    expect(model.waits).toEqual([expected]);
    expect(failures[0]?.retryInMs).toBe(expected);
  });
});

describe('a server that is not well', () => {
  it('is unreachable when nothing listens, and says where', async () => {
    const error = await failing(ask(quickModel('http://127.0.0.1:1/v1', { maxTries: 2 }), requestFor('Say it.')));
    expect(error.code).toBe('MODEL_UNREACHABLE');
    expect(error.message).toMatch(/http:\/\/127\.0\.0\.1:1 failed: .+\. Given up after 2 tries\./);
  });

  it('times out when it does not answer', async () => {
    await server.rules({ when: '', hold: true });
    const error = await failing(ask(quickModel(server.baseURL, { timeoutMs: 80, maxTries: 2 }), requestFor('Say it.')));
    expect(error.failures.map((failure) => failure.error.code)).toEqual(['MODEL_TIMEOUT', 'MODEL_TIMEOUT']);
    await server.release();
  });

  it('times out when it falls silent in the middle', async () => {
    await server.configure({ next: ['silent'] });
    const { failures } = await ask(quickModel(server.baseURL, { idleTimeoutMs: 60 }), requestFor('Say it.'));
    expect(failures).toMatchObject([
      { error: { code: 'MODEL_TIMEOUT', message: "The model's answer fell silent for 60 ms." } },
    ]);
  });

  it.each([400, 401, 403, 404])(
    'is not asked again after %d, and its words are told without the key',
    async (status) => {
      const words = `Incorrect API key provided: sk-verysecretkey. ${'x'.repeat(1000)}`;
      const answers = await refusing(status, { error: { message: words } });
      await using _ = answers;
      const error = await failing(
        ask(quickModel(answers.baseURL, { apiKey: 'sk-verysecretkey' }), requestFor('Say it.')),
      );
      expect(error.code).toBe('MODEL_REFUSED');
      expect(error.message).toContain(`HTTP ${status}): Incorrect API key provided: [key]`);
      expect(error.message).not.toContain('verysecret');
      expect(error.message.length).toBeLessThan(400);
      expect(error.failures).toHaveLength(1);
      expect(answers.count()).toBe(1);
    },
  );

  it.each(['test', 'x', 'ollama', 'no-key', 'none', '1234567'])(
    'says its words whole where the key is no secret: %s',
    async (apiKey) => {
      const words = 'The latest ollama box 1234567 (no-key, none) could not be tested.';
      await using answers = await refusing(400, { error: { message: words } });
      const error = await failing(ask(quickModel(answers.baseURL, { apiKey }), requestFor('Say it.')));
      expect(error.message).toContain(words);
    },
  );

  it.each(['12345678', 'a-secret.of+its own'])('does not say the key that it echoes: %s', async (apiKey) => {
    await using answers = await refusing(401, { error: { message: `No such key: ${apiKey} (${apiKey}).` } });
    const error = await failing(ask(quickModel(answers.baseURL, { apiKey }), requestFor('Say it.')));
    expect(error.message).toContain('No such key: [key] ([key]).');
  });

  it('is not asked again when the quota is spent', async () => {
    await using answers = await refusing(429, {
      error: { message: 'You have no credit.', code: 'insufficient_quota' },
    });
    const error = await failing(ask(quickModel(answers.baseURL), requestFor('Say it.')));
    expect(error.code).toBe('MODEL_REFUSED');
    expect(answers.count()).toBe(1);
  });

  it('is heard when its errors are wrapped in its own way', async () => {
    await using answers = await refusing(400, { detail: 'The model "scripted" is not loaded.' });
    const error = await failing(ask(quickModel(answers.baseURL), requestFor('Say it.')));
    expect(error.message).toContain('is not loaded');
  });
});

describe('abort', () => {
  it('ends an answer in the middle with the reason given', async () => {
    await server.rules({ when: '', reply: { output: 'a long answer' }, hold: 'midway' });
    const controller = new AbortController();
    const reason = new Error('the run was cancelled');
    const failures: unknown[] = [];
    const answer = quickModel(server.baseURL).respond(requestFor('Say it.'), {
      signal: controller.signal,
      onDelta: () => controller.abort(reason),
      onFailure: (failure) => failures.push(failure),
    });
    await expect(answer).rejects.toBe(reason);
    expect(failures).toEqual([]);
    await expect.poll(async () => (await server.requests())[0]?.hungUp).toBe(true);
    await server.release();
  });

  it('ends the wait for the next try at once', async () => {
    await server.rules({ when: '', fault: '429' });
    const controller = new AbortController();
    const reason = new Error('the run was cancelled');
    const model = openaiModel({ name: 'scripted', baseURL: server.baseURL }, {});
    const answer = model.respond(requestFor('Say it.'), {
      signal: controller.signal,
      onDelta: null,
      onFailure: () => setImmediate(() => controller.abort(reason)),
    });
    await expect(answer).rejects.toBe(reason);
    expect(await server.requests()).toHaveLength(1);
  });

  it('asks nothing when aborted before', async () => {
    const reason = new Error('too late');
    const error = await failing(
      ask(quickModel(server.baseURL), requestFor('Say it.'), { signal: AbortSignal.abort(reason) }),
    );
    expect(error).toBe(reason);
    expect(await server.requests()).toHaveLength(0);
  });
});

/** A server that gives every request the same refusal. */
async function refusing(status: number, body: unknown) {
  let count = 0;
  const answers = await answering((_req, res) => {
    count++;
    res.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    res.end(JSON.stringify(body));
  });
  return { ...answers, count: () => count };
}

/** A server that refuses every request that does not ask for a stream. */
function onlyStreaming(refusal: string, seen: (body: { stream?: boolean }) => void) {
  return answering(async (req, res) => {
    const body = JSON.parse(Buffer.concat(await req.toArray()).toString());
    seen(body);
    res.writeHead(body.stream ? 200 : 400, { 'content-type': body.stream ? 'text/event-stream' : 'application/json' });
    if (!body.stream) return void res.end(JSON.stringify({ error: { message: refusal } }));
    const choices = [{ index: 0, delta: { content: '{"output":"ok"}' }, finish_reason: 'stop' }];
    res.end(`data: ${JSON.stringify({ choices })}\n\ndata: [DONE]\n\n`);
  });
}

async function answering(answer: RequestListener) {
  const http = createServer(answer);
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    http,
    baseURL: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

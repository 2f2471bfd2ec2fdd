import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from './compile-cache.ts';
import type { LoggedRequest, Rule, ServerConfig } from './openai-server-protocol.ts';

export type { ChatBody, Fault, LoggedRequest, Reply, Rule, ServerConfig } from './openai-server-protocol.ts';

const MAIN = fileURLToPath(new URL('./openai-server-main.ts', import.meta.url));

export interface OpenAIServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What `OPENAI_BASE_URL` must be. */
  readonly baseURL: string;
  readonly pid: number;
  /** Replaces the rules. */
  rules(...rules: readonly Rule[]): Promise<void>;
  configure(changes: Partial<ServerConfig>): Promise<void>;
  requests(): Promise<LoggedRequest[]>;
  /** The first request whose messages contain this text, once it has come. */
  waitFor(text: string): Promise<LoggedRequest>;
  /** Lets held requests go. */
  release(): Promise<void>;
  /** Forgets rules, options and requests. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the scripted server in a process of its own. Whoever starts it closes it. */
export async function startOpenAIServer(options: Partial<ServerConfig> = {}): Promise<OpenAIServer> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), exited.then(() => null)]);
  if (!first) throw new Error('The scripted OpenAI server ended before it listened.');
  const { port, pid } = JSON.parse(String(first[0])) as { port: number; pid: number };
  const url = `http://127.0.0.1:${port}`;
  const post = async (path: string, body: unknown = {}) => {
    await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  };
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const close = async () => {
    child.kill();
    await exited;
  };
  const server: OpenAIServer = {
    url,
    baseURL: `${url}/v1`,
    pid,
    rules: (...rules) => post('/_rules', rules),
    configure: (changes) => post('/_config', changes),
    requests: async () => (await get('/_requests')) as LoggedRequest[],
    waitFor: async (text) => (await get(`/_wait?match=${encodeURIComponent(text)}`)) as LoggedRequest,
    release: () => post('/_release'),
    reset: () => post('/_reset'),
    close,
    [Symbol.asyncDispose]: close,
  };
  await server.configure(options);
  return server;
}

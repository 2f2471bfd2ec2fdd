import { fileURLToPath } from 'node:url';
import type { LoggedRequest, ModelServerSettings } from '../model-server/protocol.ts';
import { startChild } from './child.ts';

const MAIN = fileURLToPath(new URL('../model-server/main.ts', import.meta.url));

export interface ModelServer {
  readonly baseURL: string;
  configure(changes: Partial<ModelServerSettings>): Promise<void>;
  /** Forgets what came, and sets the defaults again. */
  reset(): Promise<void>;
  /** What came, of one run or all, since a moment of CLOCK_MONOTONIC. */
  requests(query: { run?: string; fromUs?: number }): Promise<LoggedRequest[]>;
  /** The first request of this task of this run, once it has arrived. */
  arrival(run: string, task: number): Promise<LoggedRequest>;
}

export async function startModelServer(errors: string): Promise<ModelServer> {
  const { port } = await startChild([MAIN], { errors }).first;
  const url = `http://127.0.0.1:${port}`;
  const post = async (path: string, body: unknown) => {
    await (await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })).text();
  };
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  return {
    baseURL: `${url}/v1`,
    configure: (changes) => post('/_config', changes),
    reset: () => post('/_reset', {}),
    async requests({ run = '', fromUs = 0 }) {
      const { log } = (await get(`/_stats?log=1&run=${run}&from=${fromUs}`)) as { log: LoggedRequest[] };
      return log;
    },
    arrival: async (run, task) => (await get(`/_wait?run=${run}&task=${task}`)) as LoggedRequest,
  };
}

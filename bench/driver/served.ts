import { join } from 'node:path';
import type { Place } from './places.ts';
import { COMMAND_LINE, ROOT, type Stage } from './stage.ts';

/** The review server in a process of its own, over the command line, with a token for one who starts runs and decides. */
export interface Served {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** From the start of the process to its address. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** @param crew a file of bench/crews @param token of a node that serves the same place already */
export async function serve(stage: Stage, place: Place, crew: string, token?: string): Promise<Served> {
  const database = place.database.startsWith('postgres') ? place.database : `file:${place.database}/holdpoint.db`;
  const env = { OPENAI_BASE_URL: stage.model.baseURL, HOLDPOINT_MODEL: 'mock' };
  const file = join(ROOT, 'bench', 'crews', crew);
  const common = ['--json', '--database', database];
  const since = performance.now();
  const server = stage.program([COMMAND_LINE, 'serve', file, '--port', '0', ...common], env);
  const { url } = await server.first;
  const readyMs = performance.now() - since;
  return {
    url: String(url),
    token: token ?? (await createToken(stage, common)),
    pid: server.process.pid ?? 0,
    readyMs,
    stop: () => server.kill(),
  };
}

async function createToken(stage: Stage, common: readonly string[]): Promise<string> {
  const roles = ['--role', 'reviewer', '--role', 'operator'];
  const { token } = await stage.program([COMMAND_LINE, 'token', 'create', '--user', 'bench', ...roles, ...common])
    .first;
  return String(token);
}

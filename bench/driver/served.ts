import { join } from 'node:path';
import type { Place } from './places.ts';
import { COMMAND_LINE, ROOT, type Stage } from './stage.ts';

/** The review server in a process of its own, over the command line, with a token for one who starts runs and decides. */
export interface Served {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** @param crew a file of bench/crews */
export async function serve(stage: Stage, place: Place, crew: string): Promise<Served> {
  const database = place.database.startsWith('postgres') ? place.database : `file:${place.database}/holdpoint.db`;
  const env = { OPENAI_BASE_URL: stage.model.baseURL, HOLDPOINT_MODEL: 'mock' };
  const file = join(ROOT, 'bench', 'crews', crew);
  const common = ['--json', '--database', database];
  const server = stage.program([COMMAND_LINE, 'serve', file, '--port', '0', ...common], env);
  const { url } = await server.first;
  const roles = ['--role', 'reviewer', '--role', 'operator'];
  const { token } = await stage.program([COMMAND_LINE, 'token', 'create', '--user', 'bench', ...roles, ...common])
    .first;
  return {
    url: String(url),
    token: String(token),
    pid: server.process.pid ?? 0,
    stop: () => server.kill(),
  };
}

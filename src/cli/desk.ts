import { randomUUID } from 'node:crypto';
import type { ReviewClient } from '../client/review-client.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { HoldpointError } from '../errors.ts';
import type { Json } from '../json/json.ts';
import type { Engine } from '../runner/engine.ts';
import { call } from '../server/call.ts';
import type { Identity } from '../server/identity/identity.ts';
import { localUser } from '../server/identity/local-user.ts';
import type { ChangingName, Data, MessageName } from '../server/protocol/messages.ts';
import { openToChange, openToRead } from './database.ts';
import type { ServerOptions } from './options.ts';
import { readingEngine } from './reading-engine.ts';
import { openRecordingEngine } from './recording-engine.ts';
import { setting } from './settings.ts';
import { terminalLog } from './terminal-log.ts';

/**
 * What the reviewing commands work on: a server, or the database itself. Both take the same messages, checked by the same
 * code; only who acts differs: whoever the token stands for, or `local:LOGIN`.
 */
export interface Desk extends AsyncDisposable {
  readonly holds: Pick<ReviewClient['holds'], 'list' | 'get'>;
  readonly decide: (
    holdId: string,
    decision: Parameters<ReviewClient['decide']>[1] & { digest: string },
  ) => Promise<Data<'hold:decide'>>;
  readonly claim: (holdId: string) => Promise<Data<'hold:claim'>>;
  readonly runs: Pick<
    ReviewClient['runs'],
    | 'start'
    | 'get'
    | 'state'
    | 'list'
    | 'cancel'
    | 'change'
    | 'resume'
    | 'fork'
    | 'stopAll'
    | 'resumeAll'
    | 'stop'
    | 'events'
  >;
  readonly actions: Pick<ReviewClient['actions'], 'undo'>;
  readonly oversight: ReviewClient['oversight'];
  readonly crews: ReviewClient['crews'];
}

export function serverOf({ url, token }: ServerOptions): { url: string; token: string | undefined } | null {
  const address = url ?? setting('HOLDPOINT_URL');
  if (!address) return null;
  return { url: address, token: token ?? setting('HOLDPOINT_TOKEN') };
}

/** `crews`: to check values with, where the database is opened. */
export async function openDesk(
  options: ServerOptions,
  { changes, crews = [] }: { changes: boolean; crews?: readonly CrewDefinition[] },
): Promise<Desk> {
  const server = serverOf(options);
  if (server) {
    const { connectReview } = await import('../client/review-client.ts');
    return connectReview(server.url, { token: requireToken(server) });
  }
  if (changes) return deskOn(await openRecordingEngine(await openToChange(options), crews));
  return deskOn(readingEngine(await openToRead(options)));
}

export function requireToken({ url, token }: { url: string; token: string | undefined }): string {
  if (token) return token;
  const command = 'holdpoint token create --user NAME --role reviewer';
  throw new HoldpointError(
    'USAGE',
    `The server at ${url} wants to know who you are. Add --token (\`${command}\` makes one).`,
  );
}

/** Messages to an engine of this process, in the name of whoever runs the command. */
export function deskOn(engine: Engine): Desk {
  const identity: Identity = { user: localUser(), roles: ['admin'], groups: [], tokenId: null, expiresAt: null };
  const ask = async <N extends MessageName>(name: N, payload: object): Promise<Data<N>> => {
    const answer = await call(name, payload, { engine, identity, watching: null, log: terminalLog() });
    if (answer.ok) return answer.data as Data<N>;
    throw new HoldpointError(answer.error.code as HoldpointError['code'], answer.error.message, {
      details: answer.error.details,
    });
  };
  const change = <N extends ChangingName>(name: N, payload: object): Promise<Data<N>> =>
    ask(name, { requestId: randomUUID(), ...payload });
  return {
    holds: { list: (query = {}) => ask('holds:list', query), get: (holdId) => ask('hold:get', { holdId }) },
    decide: (holdId, decision) => change('hold:decide', { holdId, ...decision }),
    claim: (holdId) => change('hold:claim', { holdId }),
    runs: {
      start: (crew: string, inputs: Json = {}) => change('run:start', { crew, inputs }),
      get: (runId) => ask('run:get', { runId }),
      state: (runId, seq) => ask('run:state', { runId, ...(seq !== undefined && { seq }) }),
      list: (query = {}) => ask('runs:list', query),
      cancel: (runId, reason) => change('run:cancel', { runId, reason }),
      stopAll: (reason, options) => change('runs:stopAll', { reason, ...options }),
      resumeAll: (reason, options) => change('runs:resumeAll', { reason, ...options }),
      stop: async () => (await ask('runs:stop', {})).stop,
      change: (runId) => ask('run:change', { runId }),
      resume: (runId, fingerprint) => change('run:resume', { runId, fingerprint }),
      fork: (runId, seq) => change('run:fork', { runId, seq }),
      events: (runId, query) => ask('run:events', { runId, ...query }),
    },
    actions: { undo: (runId, actionId, reason) => change('action:undo', { runId, actionId, reason }) },
    oversight: {
      list: async () => (await ask('oversight:list', {})).actionTypes,
      sign: (key, level, reason) => change('oversight:sign', { key, level, reason }),
      demote: (key, reason, level = null) => change('oversight:demote', { key, level, reason }),
    },
    crews: { list: async () => (await ask('crews:list', {})).crews },
    [Symbol.asyncDispose]: () => engine.close(),
  };
}

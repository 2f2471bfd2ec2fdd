import type { FastifyInstance, FastifyRequest } from 'fastify';
import { v4 as randomId } from 'uuid';
import { z } from 'zod';
import { HoldpointError } from '../errors.ts';
import type { Engine } from '../runner/engine.ts';
import { call } from './call.ts';
import { serveExport } from './export-route.ts';
import type { Authenticated, Authenticator } from './identity/authenticator.ts';
import { sessionCookie } from './identity/cookie.ts';
import { presentedIn } from './identity/presented.ts';
import { openApi } from './openapi.ts';
import { MESSAGES } from './protocol/messages.ts';
import { sendError } from './rest-errors.ts';
import { REST_ROUTES, type RestRoute } from './rest-routes.ts';
import type { ServerLog } from './server-log.ts';

export interface RestOptions {
  readonly engine: Engine;
  readonly authenticator: Authenticator;
  readonly log: ServerLog;
  /** Whether the page is reached by TLS, through a proxy. */
  readonly secure: (request: FastifyRequest) => boolean;
}

/** The same operations as over the socket, with the same bodies and codes. To be registered under `/api/v1`. */
export function serveRest(app: FastifyInstance, { engine, authenticator, log, secure }: RestOptions): void {
  for (const route of REST_ROUTES) {
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const { identity } = await authenticate(request, authenticator);
        const answer = await call(route.message, payloadOf(route, request), { engine, identity, watching: null, log });
        return answer.ok ? reply.send(answer.data) : sendError(reply, answer.error);
      },
    });
  }
  serveExport(app, { engine, authenticate: (request) => authenticate(request, authenticator) });
  let description: object | null = null;
  app.get('/openapi.json', () => {
    // Made when first asked for: it takes as long as all else that a server does to start.
    description ??= openApi(REST_ROUTES);
    return description;
  });
  app.post('/session', async (request, reply) => {
    const { secret, sessionId } = authenticator.openSession(launchTokenIn(request.body));
    const identity = await authenticator.identify({ kind: 'session', sessionId });
    const me = await call('me', {}, { engine, identity, watching: null, log });
    reply.header('set-cookie', sessionCookie(secret, { secure: secure(request) }));
    return me.ok ? me.data : sendError(reply, me.error);
  });
}

/** @throws `UNAUTHENTICATED`; `FORBIDDEN` for a change that comes with the page's cookie from nowhere. */
async function authenticate(request: FastifyRequest, authenticator: Authenticator): Promise<Authenticated> {
  const authenticated = await authenticator.authenticate(presentedIn(request));
  const { authorization, origin } = request.headers;
  if (authorization !== undefined) return authenticated;
  // A foreign Origin was refused before; browsers send one with every POST.
  if (request.method === 'GET' || request.method === 'HEAD' || origin !== undefined) return authenticated;
  throw new HoldpointError(
    'FORBIDDEN',
    'A change with a session cookie needs the Origin header of the page. Programs use a token.',
  );
}

function payloadOf(route: RestRoute, request: FastifyRequest): Record<string, unknown> {
  const { params, query, body = {} } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new HoldpointError('BAD_REQUEST', 'The body is a JSON object.');
  }
  if (route.method === 'GET') return { ...fromQuery(query as Record<string, unknown>), ...(params as object) };
  const payload = { ...body, ...(params as object) };
  if (!MESSAGES[route.message].changes || 'requestId' in payload) return payload;
  return { ...payload, requestId: request.headers['idempotency-key'] ?? randomId() };
}

const NUMBERS: readonly string[] = ['limit', 'after', 'seq'];

/** A query knows texts only. What is no number stays as it is, for the schema to refuse. */
function fromQuery(query: Record<string, unknown>): Record<string, unknown> {
  const members = Object.entries(query).map(([name, value]) => {
    if (NUMBERS.includes(name) && typeof value === 'string' && /^\d{1,15}$/.test(value)) return [name, Number(value)];
    return [name, name === 'undoable' && value === 'true' ? true : value];
  });
  return Object.fromEntries(members) as Record<string, unknown>;
}

const Launch = z.strictObject({ launchToken: z.string().min(1).max(128) });

function launchTokenIn(body: unknown): string {
  const parsed = Launch.safeParse(body);
  if (parsed.success) return parsed.data.launchToken;
  throw new HoldpointError('BAD_REQUEST', 'Send { "launchToken": … }, from the launch link that the server printed.');
}

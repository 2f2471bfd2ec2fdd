import helmet from '@fastify/helmet';
import fastify, { type FastifyInstance } from 'fastify';
import { HoldpointError } from '../errors.ts';
import type { Engine } from '../runner/engine.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { ServerLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { OriginPolicy } from './origin.ts';
import { servePage } from './page.ts';
import { serveRest } from './rest.ts';
import { answerErrors, sendError } from './rest-errors.ts';
import { limitRate } from './rest-rate.ts';
import type { ServerLog } from './server-log.ts';

export interface HttpAppOptions {
  readonly engine: Engine;
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  readonly log: ServerLog;
  /** Asked at each request: the port is known once the server listens. */
  readonly origins: () => OriginPolicy;
  readonly pageFolder: string | undefined;
  readonly limits: ServerLimits;
}

/** Everything that the server answers over HTTP, but Socket.IO. */
export async function httpApp(options: HttpAppOptions): Promise<FastifyInstance> {
  const { engine, authenticator, metrics, log, origins, pageFolder, limits } = options;
  const app = fastify({ bodyLimit: limits.maxMessageBytes, forceCloseConnections: true, logger: false });
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async ({ headers }, reply) => {
    const refusal = origins().refuse({ host: headers.host, origin: headers.origin });
    if (refusal !== null) return sendError(reply, new HoldpointError('FORBIDDEN', refusal).toBody());
  });
  answerErrors(app, log);
  await secureHeaders(app);
  await app.register(
    async (api) => {
      await limitRate(api, authenticator);
      serveRest(api, { engine, authenticator, log, secure: ({ headers }) => headers['x-forwarded-proto'] === 'https' });
    },
    { prefix: '/api/v1' },
  );
  app.get('/healthz', () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    await engine.journal.nodes();
    return reply.send({ ok: true, stopped: (await engine.stop()) !== null });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(await metrics.text(engine)),
  );
  await servePage(app, pageFolder);
  return app;
}

/** The page shows text written by models and strangers: no script but its own runs, and it talks to nobody but this server. */
async function secureHeaders(app: FastifyInstance): Promise<void> {
  // 'self' covers websockets in new browsers only. The Host header was checked before.
  const socketOf = (scheme: string) => (request: { headers: { host?: string | undefined } }) =>
    `${scheme}://${request.headers.host}`;
  await app.register(helmet, {
    // A proxy with TLS says it for itself.
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", socketOf('ws'), socketOf('wss')],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}

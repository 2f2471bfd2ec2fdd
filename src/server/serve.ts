import { Server } from 'socket.io';
import { HoldpointError, messageOf } from '../errors.ts';
import type { Engine } from '../runner/engine.ts';
import { parseLimits } from '../runner/limits.ts';
import type { Hints } from './hints/hints.ts';
import { httpApp } from './http-app.ts';
import { Authenticator } from './identity/authenticator.ts';
import { ServerLimits } from './limits.ts';
import { Metrics } from './metrics.ts';
import { type OriginPolicy, originPolicy } from './origin.ts';
import { serveReviewNamespace } from './review-namespace.ts';
import type { ServerLog } from './server-log.ts';

export interface ServeReviewOptions {
  readonly engine: Engine;
  readonly log: ServerLog;
  /** Default 127.0.0.1. Anything but loopback needs a proxy with TLS in front. */
  readonly host?: string | undefined;
  /** Default 4600; 0 takes a free one. */
  readonly port?: number | undefined;
  /** The built review page. Default: none is served. */
  readonly pageFolder?: string | undefined;
  /** Names under which a proxy offers the server. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** What is not named has its default. */
  readonly limits?: Partial<ServerLimits> | undefined;
  /** The way to the servers of other nodes on the same database. Who opened it closes it. */
  readonly hints?: Hints | undefined;
}

export interface ReviewServer {
  readonly url: string;
  /** Opens the page as the person at this machine: good once, for five minutes. */
  launchUrl(): string;
  /** Ends connections and stops listening; the engine goes on. Safe to call twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves reviewers: sockets, REST and the page. @throws {HoldpointError} `USAGE` if it cannot listen there, `LIMIT_INVALID`. */
export async function serveReview(options: ServeReviewOptions): Promise<ReviewServer> {
  const { engine, log, host = '127.0.0.1', port = 4600, pageFolder, allowedHosts, hints } = options;
  const limits = parseLimits(ServerLimits, options.limits ?? {});
  const authenticator = new Authenticator(engine.journal);
  const metrics = new Metrics();
  let policy: OriginPolicy = { refuse: () => 'The server is not listening yet.' };
  const app = await httpApp({ engine, authenticator, metrics, log, origins: () => policy, pageFolder, limits });
  const io = attachSockets(app.server, () => policy, limits);
  const stopNamespace = serveReviewNamespace({ io, engine, authenticator, metrics, log, limits, hints });
  const stop = async () => {
    stopNamespace();
    // The transport, not the sockets: so clients come back by themselves after a restart.
    io.engine.close();
    await app.close();
  };
  try {
    // By its name, Fastify would listen on IPv6 too, with a server that has no sockets.
    await app.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port });
  } catch (error) {
    await stop();
    throw cannotListen(error, host, port);
  }
  const address = app.server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  policy = originPolicy({ host, port: boundPort, allowedHosts });
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`;
  if (!isLoopback(host)) {
    log.warn(
      { url },
      'served beyond this machine without TLS: put a proxy with TLS in front and name it in allowedHosts',
    );
  }
  await engine.announce(url);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= engine.announce(null).finally(stop);
    return closing;
  };
  return {
    url,
    launchUrl: () => `${url}/#launch=${authenticator.issueLaunchToken()}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function attachSockets(
  server: ConstructorParameters<typeof Server>[0],
  policy: () => OriginPolicy,
  { maxMessageBytes }: ServerLimits,
): Server {
  const io = new Server(server, {
    serveClient: false,
    maxHttpBufferSize: maxMessageBytes,
    connectTimeout: 10_000,
    allowRequest: ({ headers }, admit) => {
      const refusal = policy().refuse({ host: headers.host, origin: headers.origin });
      admit(refusal, refusal === null);
    },
  });
  // Nothing is served in the namespace that everybody may enter.
  io.use((_socket, next) => next(new Error('Connect to the namespace /review.')));
  return io;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function cannotListen(error: unknown, host: string, port: number): HoldpointError {
  const { code } = error as NodeJS.ErrnoException;
  const message =
    code === 'EADDRINUSE'
      ? `Port ${port} of ${host} is in use. Stop what uses it, or take a free one with --port 0.`
      : `Cannot listen on ${host}, port ${port}: ${messageOf(error).replace(/\.$/, '')}. Take another with --host and --port.`;
  return new HoldpointError('USAGE', message, { cause: error });
}

import type { FastifyInstance, FastifyReply } from 'fastify';
import { ERRORS, type ErrorBody, type ErrorCode, HoldpointError, isHoldpointError } from '../errors.ts';
import { toErrorBody } from './call.ts';
import type { ServerLog } from './server-log.ts';

/** Answers with an error's body and the status that its code stands for. */
export function sendError(reply: FastifyReply, error: ErrorBody, status = statusOf(error.code)): FastifyReply {
  const { retryAfterMs } = (error.details ?? {}) as { retryAfterMs?: number };
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  return reply.code(status).send({ error });
}

function statusOf(code: string): number {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].status : 500;
}

/** So that every error that leaves over HTTP has the same body, also those that Fastify finds by itself. */
export function answerErrors(app: FastifyInstance, log: ServerLog): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const { statusCode } = error;
    if (!isHoldpointError(error) && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
      const code = statusCode === 429 ? 'RATE_LIMITED' : 'BAD_REQUEST';
      return sendError(
        reply,
        new HoldpointError(code, `The request cannot be read: ${error.message}.`).toBody(),
        statusCode,
      );
    }
    return sendError(reply, toErrorBody(error, { name: null, log }));
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `There is nothing at ${request.method} ${request.url.split('?')[0]}. GET /api/v1/openapi.json lists what there is.`;
    return sendError(reply, new HoldpointError('BAD_REQUEST', message).toBody(), 404);
  });
}

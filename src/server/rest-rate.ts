import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { Authenticator } from './identity/authenticator.ts';
import { presentedIn } from './identity/presented.ts';

const REQUESTS = 1_000;
const WINDOW_MS = 5_000;

/**
 * Refuses what comes too fast. Each token and each session is counted by itself: behind a proxy all clients have one address, and
 * a stranger must not use up what is theirs. What proves no identity is counted by address, whatever it presents, so that made-up
 * tokens are no way around the limit.
 */
export async function limitRate(app: FastifyInstance, authenticator: Authenticator): Promise<void> {
  await app.register(rateLimit, {
    max: REQUESTS,
    timeWindow: WINDOW_MS,
    keyGenerator: (request) => clientOf(request, authenticator),
    errorResponseBuilder: (_request, { ttl }) => rateLimited(ttl),
  });
}

/** Secrets are not among the keys, their hashes are. */
async function clientOf(request: FastifyRequest, authenticator: Authenticator): Promise<string> {
  try {
    const { credential } = await authenticator.authenticate(presentedIn(request));
    return credential.kind === 'token' ? `token ${credential.hash}` : `session ${credential.sessionId}`;
  } catch (error) {
    // Asked again by the handler, a store that is silent would keep the client waiting twice.
    if (isHoldpointError(error, 'UNAVAILABLE')) throw error;
    // Whatever else is wrong with it, the handler says so.
    return `address ${normalizeIP(request.ip)}`;
  }
}

function rateLimited(retryAfterMs: number): HoldpointError {
  return new HoldpointError('RATE_LIMITED', `Too many requests. Try again in ${retryAfterMs} ms.`, {
    details: { retryAfterMs },
  });
}

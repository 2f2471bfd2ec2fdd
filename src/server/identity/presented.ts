import type { FastifyRequest } from 'fastify';
import { HoldpointError } from '../../errors.ts';
import type { Presented } from './authenticator.ts';

/** What an HTTP request brings along to say who sends it. @throws `UNAUTHENTICATED` if that is no token's form */
export function presentedIn({ headers: { authorization, cookie } }: Pick<FastifyRequest, 'headers'>): Presented {
  if (authorization === undefined) return { cookie };
  const token = /^Bearer +(hp_\S+)$/i.exec(authorization)?.[1];
  if (token !== undefined) return { token };
  throw new HoldpointError(
    'UNAUTHENTICATED',
    'The Authorization header is "Bearer hp_…", with a token of `holdpoint token create`.',
  );
}

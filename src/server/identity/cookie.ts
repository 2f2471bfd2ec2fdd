import { SESSION_MS } from './sessions.ts';

const NAME = 'holdpoint_session';

/** Out of the reach of scripts and of other sites. `Secure` only behind TLS: browsers drop it on plain loopback. */
export function sessionCookie(secret: string, { secure }: { secure: boolean }): string {
  const attributes = `HttpOnly; SameSite=Strict; Path=/; Max-Age=${SESSION_MS / 1000}`;
  return `${NAME}=${secret}; ${attributes}${secure ? '; Secure' : ''}`;
}

/** What the session cookie of a `Cookie` header holds; null if there is none. */
export function sessionSecretIn(header: string | undefined): string | null {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.trim().split('=', 2);
    if (name === NAME && value) return value;
  }
  return null;
}

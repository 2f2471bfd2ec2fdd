/**
 * Whether a request may be meant for this server. Browsers put cookies and loopback within reach of every site that is
 * open (WebSockets and DNS rebinding are not subject to CORS), so `Host` and `Origin` must both name this server.
 */
export interface OriginPolicy {
  /** Why the request is refused; null if it is not. */
  refuse(headers: RequestOrigin): string | null;
}

export interface RequestOrigin {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}

export interface OriginOptions {
  /** What the server is bound to. */
  readonly host: string;
  readonly port: number;
  /** Further names that a proxy may give it: `review.example.com` (any port) or `review.example.com:8443`. */
  readonly allowedHosts?: readonly string[] | undefined;
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const LOOPBACK_OR_ALL = /^(localhost|127(\.\d+){3}|::1|::|0\.0\.0\.0)$/;

export function originPolicy({ host, port, allowedHosts = [] }: OriginOptions): OriginPolicy {
  const names = LOOPBACK_OR_ALL.test(host) ? [bracketed(host), ...LOOPBACK_NAMES] : [bracketed(host)];
  const exact = new Set([...names.map((name) => `${name}:${port}`), ...allowedHosts].map((name) => name.toLowerCase()));
  const isOurs: IsOurs = (given, defaultPorts) => {
    const parsed = parseHost(given, defaultPorts);
    return parsed !== null && [parsed.name, ...parsed.withPort].some((name) => exact.has(name));
  };
  return {
    refuse({ host: given, origin }) {
      if (given === undefined || !isOurs(given, [80, 443])) {
        return 'The Host header names another server. If a proxy is in front, start with its name: --allow-host NAME.';
      }
      if (origin === undefined || isOurOrigin(origin, isOurs)) return null;
      return 'The Origin header names another site. Only the review page of this server and programs may connect.';
    },
  };
}

type IsOurs = (host: string, defaultPorts: readonly number[]) => boolean;

function isOurOrigin(origin: string, isOurs: IsOurs): boolean {
  const match = /^(https?):\/\/([^/?#]+)$/i.exec(origin);
  return match?.[2] !== undefined && isOurs(match[2], [match[1]?.toLowerCase() === 'https' ? 443 : 80]);
}

/** `name` without a port, `withPort` with the one written or else each default. Null for what is no plain host. */
function parseHost(host: string, defaultPorts: readonly number[]): { name: string; withPort: string[] } | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(host);
  if (match?.[1] === undefined) return null;
  const name = match[1].toLowerCase();
  const ports = match[2] === undefined ? defaultPorts : [match[2]];
  return { name, withPort: ports.map((port) => `${name}:${port}`) };
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

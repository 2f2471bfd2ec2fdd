import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Effect {
  readonly path: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The world outside: does once what it is asked to do once (by idempotency key), and remembers every request. */
export async function startWorld(): Promise<
  AsyncDisposable & {
    readonly url: string;
    readonly asked: Effect[];
    done(): string[];
    stall(path: string | null): void;
    /** Answers everything so many milliseconds later. */
    slow(ms: number): void;
  }
> {
  const asked: Effect[] = [];
  let stalled: string | null = null;
  let slowMs = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push({ path, key: String(request.headers['idempotency-key']), at: Date.now() });
    if (stalled === null || !path.startsWith(stalled)) setTimeout(() => response.end(`done ${path}`), slowMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    /** What really happened: a second request with the key of the first changes nothing. */
    done: () => [...new Map(asked.map(({ path, key }) => [key, path])).values()],
    stall: (path) => {
      stalled = path;
    },
    slow: (ms) => {
      slowMs = ms;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

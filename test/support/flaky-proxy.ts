import { connect, createServer, type Socket } from 'node:net';

/** A network between client and server that can be cut, or go silent: connections stay open, and carry nothing any more. */
export interface FlakyProxy extends AsyncDisposable {
  readonly url: string;
  /** How many were opened so far. */
  readonly connections: number;
  /** Breaks every connection that is open now. */
  cut(): void;
  /** Loses what the server sends (default), or both ways; also of connections that are made meanwhile. */
  pause(lost?: Lost): void;
  resume(): void;
}

/** Where only answers are lost, what was asked for is done all the same. */
type Lost = 'answers' | 'everything';

export async function flakyProxy(target: number): Promise<FlakyProxy> {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  let lost: Lost | null = null;
  let connections = 0;
  const silence = ({ client, server }: { client: Socket; server: Socket }) => {
    if (lost !== null) server.pause();
    if (lost === 'everything') client.pause();
  };
  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    const pair = { client, server };
    connections++;
    pairs.add(pair);
    client.pipe(server);
    server.on('data', (data) => client.write(data));
    silence(pair);
    for (const side of [client, server]) {
      side.on('error', () => undefined);
      side.on('close', () => {
        client.destroy();
        server.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  const cut = () => {
    for (const { client } of pairs) client.destroy();
  };
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    get connections() {
      return connections;
    },
    cut,
    pause: (what = 'answers') => {
      lost = what;
      for (const pair of pairs) silence(pair);
    },
    resume: () => {
      lost = null;
      for (const { client, server } of pairs) {
        server.resume();
        client.resume();
      }
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

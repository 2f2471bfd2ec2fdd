import { connect, createServer, type Socket } from 'node:net';

/** A network between client and server that can be cut, or stop carrying what the server sends. */
export interface FlakyProxy extends AsyncDisposable {
  readonly url: string;
  /** Breaks every connection that is open now. */
  cut(): void;
  pause(): void;
  resume(): void;
}

export async function flakyProxy(target: number): Promise<FlakyProxy> {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  let paused = false;
  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    const pair = { client, server };
    pairs.add(pair);
    client.pipe(server);
    server.on('data', (data) => client.write(data));
    if (paused) server.pause();
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
    cut,
    pause: () => {
      paused = true;
      for (const { server } of pairs) server.pause();
    },
    resume: () => {
      paused = false;
      for (const { server } of pairs) server.resume();
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

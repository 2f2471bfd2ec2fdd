import { io, type Socket } from 'socket.io-client';

/** A socket below the client: it sends whatever it is told to. */
export async function rawSocket(
  url: string,
  token: string | undefined,
  options: { extraHeaders?: Record<string, string>; transports?: ('polling' | 'websocket')[] } = {},
): Promise<Socket> {
  const socket = io(`${url}/review`, {
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
    ...options,
    ...(token === undefined ? {} : { auth: { token } }),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error) => {
      socket.disconnect();
      reject(error);
    });
  });
  return socket;
}

export interface RawAnswer {
  readonly ok: boolean;
  readonly data?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly details?: Record<string, unknown> };
}

export function send(socket: Socket, name: string, ...payload: unknown[]): Promise<RawAnswer> {
  return socket.timeout(5_000).emitWithAck(name, ...payload) as Promise<RawAnswer>;
}

import type { Namespace, Socket } from 'socket.io';
import type { Credential } from './identity/identity.ts';
import type { ClientToServer, ServerToClient } from './protocol/socket-events.ts';

export interface SocketData {
  credential: Credential;
}

type NoServerEvents = Record<string, never>;

export type ReviewSocket = Socket<ClientToServer, ServerToClient, NoServerEvents, SocketData>;
export type ReviewNamespace = Namespace<ClientToServer, ServerToClient, NoServerEvents, SocketData>;

/** How much waits to be sent to a client, about. Socket.IO has no public count of it. */
export function bufferedBytes({ conn }: Pick<ReviewSocket, 'conn'>): number {
  const insides = conn as unknown as {
    readonly writeBuffer?: readonly { readonly data?: unknown }[];
    readonly transport?: { readonly socket?: { readonly bufferedAmount?: number } };
  };
  let bytes = insides.transport?.socket?.bufferedAmount ?? 0;
  for (const { data } of insides.writeBuffer ?? []) bytes += typeof data === 'string' ? data.length : 0;
  return bytes;
}

import { io, type Socket } from 'socket.io-client';
import { ERRORS, type ErrorBody, type ErrorCode, HoldpointError, messageOf } from '../errors.ts';
import type { Answer } from '../server/protocol/answer.ts';
import type { ChangingName, Data, MessageName, ReadingName, Sent } from '../server/protocol/messages.ts';
import type { ServerMessage, ServerMessageName } from '../server/protocol/server-messages.ts';
import { REVIEW_NAMESPACE } from '../server/protocol/socket-events.ts';

export interface ConnectOptions {
  /** `hp_…`, from `holdpoint token create`. Without one, the cookie of the page (browsers). */
  readonly token?: string | undefined;
  /** Gives up connecting, and later closes the client. */
  readonly signal?: AbortSignal | undefined;
  /** How long an acknowledgement may take before the message is sent again, in milliseconds. Default 10,000. */
  readonly ackTimeoutMs?: number | undefined;
  /** Ways to connect, in the order they are tried. Default websocket, then polling. */
  readonly transports?: readonly ('websocket' | 'polling')[] | undefined;
}

/** `connected`: also after each reconnect, when what was told meanwhile was missed and lists should be read again. */
export interface ConnectionEvents {
  connected: () => void;
  disconnected: () => void;
}

/** A changing message whose `requestId` may be left to the client. */
export type Change<N extends ChangingName> = Omit<Sent<N>, 'requestId'> & { readonly requestId?: string | undefined };

/** How often a message is sent at most before the client gives up on its acknowledgement. */
const TRIES = 5;

/** How often it comes back to a server that has no time for it. */
const MAX_REFUSALS = 20;

/** After a server ended the connection on purpose, it is tried once more after so many milliseconds. */
const READMISSION_MS = 250;

/** What `on` lets in by its overloads. */
type Heard = (...args: unknown[]) => void;

/** One connection to a review server, which comes back by itself, and the messages over it, each sent until it is acknowledged. */
export class Connection {
  /** Untyped: the methods below say what may be sent and heard. */
  readonly #socket: Socket;
  readonly #url: string;
  readonly #ackTimeoutMs: number;
  readonly #ending = new AbortController();

  constructor(url: string, { token, ackTimeoutMs = 10_000, transports = ['websocket', 'polling'] }: ConnectOptions) {
    this.#url = new URL(url).origin;
    this.#ackTimeoutMs = ackTimeoutMs;
    this.#socket = io(`${this.#url}${REVIEW_NAMESPACE}`, {
      autoConnect: false,
      forceNew: true,
      withCredentials: true,
      transports: [...transports],
      tryAllTransports: true,
      reconnectionDelay: 200,
      reconnectionDelayMax: 5_000,
      ...(token === undefined ? {} : { auth: { token } }),
    });
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  /** Aborted once the connection is over for good, with the reason: an error, or null after `close`. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** @throws `UNAUTHENTICATED`, `UNAVAILABLE` (nobody answers there), or the signal's reason. */
  async open(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const onAbort = () => this.end(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.ended.addEventListener('abort', () => signal?.removeEventListener('abort', onAbort), { once: true });
    await new Promise<void>((resolve, reject) => {
      this.ended.addEventListener('abort', () => reject(this.#endError()), { once: true });
      this.#socket.once('connect', resolve);
      this.#socket.once('connect_error', (error) => this.end(this.#refusal(error)));
      this.#socket.connect();
    });
    this.#socket.off('connect_error');
    this.#stayConnected();
  }

  ask<N extends ReadingName>(name: N, payload: Sent<N>): Promise<Data<N>> {
    return this.#send(name, payload);
  }

  /** Sent again under the same id until it is acknowledged, so it counts once however often it arrives. */
  change<N extends ChangingName>(name: N, payload: Change<N>): Promise<Data<N>> {
    return this.#send(name, { ...payload, requestId: payload.requestId ?? crypto.randomUUID() });
  }

  on<N extends ServerMessageName>(name: N, listener: (message: ServerMessage<N>) => void): () => void;
  on<N extends keyof ConnectionEvents>(name: N, listener: ConnectionEvents[N]): () => void;
  on(name: ServerMessageName | keyof ConnectionEvents, listener: unknown): () => void {
    const event = name === 'connected' ? 'connect' : name === 'disconnected' ? 'disconnect' : name;
    this.#socket.on(event, listener as Heard);
    return () => this.#socket.off(event, listener as Heard);
  }

  end(reason: unknown = null): void {
    if (this.ended.aborted) return;
    this.#socket.disconnect();
    this.#ending.abort(reason);
  }

  #stayConnected(): void {
    this.#socket.on('disconnect', (reason) => {
      if (reason === 'io server disconnect')
        setTimeout(() => this.ended.aborted || this.#socket.connect(), READMISSION_MS);
    });
    // Without data the server was not reached, and the socket goes on trying.
    this.#socket.on('connect_error', (error) => {
      if (bodyOf(error)) this.end(this.#refusal(error));
    });
  }

  async #send<N extends MessageName>(name: N, message: unknown): Promise<Data<N>> {
    for (let unanswered = 0, refused = 0; unanswered < TRIES; ) {
      const answer = await this.#emit<Data<N>>(name, message);
      if (answer?.ok) return answer.data;
      const error = answer ? toError(answer.error) : undefined;
      if (error && (error.code !== 'RATE_LIMITED' || ++refused > MAX_REFUSALS)) throw error;
      if (error) await this.#wait(retryDelayMs(error, refused));
      else unanswered++;
    }
    throw new HoldpointError(
      'UNAVAILABLE',
      `The review server at ${this.#url} did not answer ${name}. It may have been done; look before you try again.`,
    );
  }

  /** Null if no acknowledgement came. */
  #emit<T>(name: string, message: unknown): Promise<Answer<T> | null> {
    return this.#untilEnd((resolve) => {
      this.#socket
        .timeout(this.#ackTimeoutMs)
        .emit(name, message, (error: unknown, answer: Answer<T>) => resolve(error ? null : answer));
    });
  }

  #wait(ms: number): Promise<void> {
    return this.#untilEnd((resolve) => setTimeout(resolve, ms));
  }

  #untilEnd<T>(work: (resolve: (value: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = () => reject(this.#endError());
      if (this.ended.aborted) return fail();
      this.ended.addEventListener('abort', fail, { once: true });
      work((value) => {
        this.ended.removeEventListener('abort', fail);
        resolve(value);
      });
    });
  }

  #endError(): unknown {
    return this.ended.reason ?? new HoldpointError('UNAVAILABLE', 'This review client was closed. Connect a new one.');
  }

  #refusal(error: Error): HoldpointError {
    const body = bodyOf(error);
    if (body) return toError(body);
    const message = `No review server answers at ${this.#url} (${messageOf(error)}). Start one with \`holdpoint serve\`, or check the address.`;
    return new HoldpointError('UNAVAILABLE', message, { cause: error });
  }
}

function bodyOf(error: Error & { data?: unknown }): ErrorBody | undefined {
  const { data } = error;
  return typeof data === 'object' && data !== null && 'code' in data ? (data as ErrorBody) : undefined;
}

/** When the server said, and a little later each time and by chance, so that those who were sent away do not all come back at once. */
function retryDelayMs({ details }: HoldpointError, refused: number): number {
  const { retryAfterMs = 100 } = (details ?? {}) as { retryAfterMs?: number };
  return retryAfterMs + Math.random() * 100 * refused;
}

/** A newer server may know codes that this client does not. */
function toError({ code, message, details }: ErrorBody): HoldpointError {
  const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'INTERNAL';
  return new HoldpointError(known, message, { details });
}

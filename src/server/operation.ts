import type { ClientRequest, Engine } from '../runner/engine.ts';
import type { Identity } from './identity/identity.ts';
import type { Data, MessageName, Payload } from './protocol/messages.ts';

/** What an operation may use. Whoever calls was authenticated, and their role allows the message. */
export interface OperationContext {
  readonly engine: Engine;
  readonly identity: Identity;
  /** Of a changing message. */
  readonly request: ClientRequest | undefined;
  /** What the caller's socket watches; null over REST. */
  readonly watching: Watching | null;
}

export interface Watching {
  /** Sends the events after `after`, and each one that follows. Watching the same run again starts over. */
  watch(runId: Payload<'run:watch'>['runId'], after: number): void;
  unwatch(runId: Payload<'run:unwatch'>['runId']): void;
}

/** What a message does: takes its parsed payload and gives its answer's `data`, or throws a `HoldpointError`. */
export type Operation<N extends MessageName> = (
  payload: Payload<N>,
  context: OperationContext,
) => Promise<Data<N>> | Data<N>;

export type Operations<N extends MessageName = MessageName> = { readonly [K in N]: Operation<K> };

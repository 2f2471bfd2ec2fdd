import { z } from 'zod';
import { MAX_MESSAGE_BYTES } from './protocol/limits.ts';

/** What an operator may set of the server. All are whole numbers; units are in the names. */
export const ServerLimits = z.strictObject({
  /** One message or one HTTP body at most. A larger one ends the connection (sockets) or is answered 413 (REST). */
  maxMessageBytes: z.int().min(16_384).max(67_108_864).default(MAX_MESSAGE_BYTES),
  /** How much may wait to be sent to a client, about; past it the client is sent no more events, and is cut if it stays so. */
  maxBufferedBytes: z.int().min(65_536).max(1_073_741_824).default(1_000_000),
  /** How long a client may be past that before it is cut. It comes back by itself and catches up by seq. */
  slowClientMs: z.int().min(100).max(3_600_000).default(30_000),
  /** Messages of one socket in the long run; twice as many at once. */
  messagesPerSecond: z.int().min(100).max(100_000).default(200),
  /** `run:updated` messages of this node in the long run, to all clients together; past it, several of a run become one. */
  runUpdatesPerSecond: z.int().min(100).max(10_000_000).default(20_000),
});
export type ServerLimits = z.infer<typeof ServerLimits>;

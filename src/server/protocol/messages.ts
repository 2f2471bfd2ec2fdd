import { z } from 'zod';
import { ACTION_MESSAGES } from './action-messages.ts';
import { type MessageShape, reading } from './fields.ts';
import { HOLD_MESSAGES } from './hold-messages.ts';
import { OVERSIGHT_MESSAGES } from './oversight-messages.ts';
import { RUN_MESSAGES } from './run-messages.ts';

/** Who the server takes the caller for. `expiresAt` null: the token does not expire. */
const Me = z.strictObject({
  user: z.string(),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  expiresAt: z.string().nullable(),
});
export type Me = z.infer<typeof Me>;

/** Every message that a client can send, over the socket or REST: the one source of its payload and of its answer's `data`. */
export const MESSAGES = {
  ...HOLD_MESSAGES,
  ...RUN_MESSAGES,
  ...ACTION_MESSAGES,
  ...OVERSIGHT_MESSAGES,
  me: reading({}, Me),
} as const satisfies Record<string, MessageShape>;

export type MessageName = keyof typeof MESSAGES;
export const MESSAGE_NAMES = Object.keys(MESSAGES) as MessageName[];

/** As the server has it after parsing. */
export type Payload<N extends MessageName> = z.output<(typeof MESSAGES)[N]['payload']>;
/** As a client sends it. */
export type Sent<N extends MessageName> = z.input<(typeof MESSAGES)[N]['payload']>;
export type Data<N extends MessageName> = z.output<(typeof MESSAGES)[N]['data']>;

export function isMessageName(name: unknown): name is MessageName {
  return typeof name === 'string' && Object.hasOwn(MESSAGES, name);
}

/** The messages that change something, and carry a `requestId`. */
export type ChangingName = {
  [N in MessageName]: (typeof MESSAGES)[N]['changes'] extends true ? N : never;
}[MessageName];
export type ReadingName = Exclude<MessageName, ChangingName>;

/** Bytes of one message or one HTTP body at most. A larger one ends the connection (sockets) or is answered 413 (REST). */
export const MAX_MESSAGE_BYTES = 1_000_000;

/** Levels of nesting in a message at most. */
export const MAX_MESSAGE_DEPTH = 64;

/** Decisions in one `hold:decideMany` at most. */
export const MAX_DECISIONS = 20;

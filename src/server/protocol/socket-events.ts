import type { Answer } from './answer.ts';
import type { Data, MessageName, Sent } from './messages.ts';
import type { ServerMessage, ServerMessageName } from './server-messages.ts';

/** The namespace of reviewers. */
export const REVIEW_NAMESPACE = '/review';

export type ClientToServer = {
  [N in MessageName]: (payload: Sent<N>, answer: (answer: Answer<Data<N>>) => void) => void;
};

export type ServerToClient = { [N in ServerMessageName]: (message: ServerMessage<N>) => void };

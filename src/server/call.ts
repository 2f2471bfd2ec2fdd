import { type ErrorBody, HoldpointError, isHoldpointError } from '../errors.ts';
import { digestOf } from '../json/digest.ts';
import type { ClientRequest, Engine } from '../runner/engine.ts';
import type { Identity } from './identity/identity.ts';
import { maySend } from './identity/permissions.ts';
import { isDeeperThan } from './json-depth.ts';
import type { Operation, Watching } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import type { Answer } from './protocol/answer.ts';
import { MAX_MESSAGE_DEPTH } from './protocol/limits.ts';
import { type Data, isMessageName, MESSAGES, type MessageName, type Payload } from './protocol/messages.ts';
import type { ServerLog } from './server-log.ts';

export interface Caller {
  readonly engine: Engine;
  readonly identity: Identity;
  readonly watching: Watching | null;
  readonly log: ServerLog;
}

/** Answers one message, from wherever it came. Never throws: a fault of the server is logged and answered with `INTERNAL`. */
export async function call(name: unknown, payload: unknown, caller: Caller): Promise<Answer<Data<MessageName>>> {
  try {
    if (!isMessageName(name))
      throw new HoldpointError('BAD_REQUEST', 'There is no such message. docs/protocol.md lists them all.');
    return { ok: true, data: await perform(name, payload, caller) };
  } catch (error) {
    return { ok: false, error: toErrorBody(error, { name: isMessageName(name) ? name : null, log: caller.log }) };
  }
}

async function perform<N extends MessageName>(name: N, payload: unknown, caller: Caller): Promise<Data<N>> {
  const { engine, identity, watching } = caller;
  if (!maySend(identity.roles, name)) {
    throw new HoldpointError(
      'FORBIDDEN',
      `${identity.user} may not send ${name}: their roles are ${identity.roles.join(', ') || 'none'}.`,
    );
  }
  const parsed = parsePayload(name, payload);
  const operation = OPERATIONS[name] as Operation<N>;
  return operation(parsed, { engine, identity, watching, request: requestOf(name, parsed) });
}

/** @throws `BAD_REQUEST` with the paths of what is wrong in the details. */
function parsePayload<N extends MessageName>(name: N, payload: unknown = {}): Payload<N> {
  if (isDeeperThan(payload, MAX_MESSAGE_DEPTH)) {
    throw new HoldpointError(
      'BAD_REQUEST',
      `${name} is nested deeper than ${MAX_MESSAGE_DEPTH} levels. Send it flatter.`,
    );
  }
  const parsed = MESSAGES[name].payload.safeParse(payload);
  if (parsed.success) return parsed.data as Payload<N>;
  const issues = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }));
  const [first] = issues;
  const where = first?.path ? `${first.path}: ` : '';
  throw new HoldpointError('BAD_REQUEST', `${name} cannot be read: ${where}${first?.message}.`, {
    details: { issues },
  });
}

/** The content is the digest of all that the message asks for, so that an id used for something else is noticed. */
function requestOf(name: MessageName, payload: Payload<MessageName>): ClientRequest | undefined {
  if (!('requestId' in payload)) return undefined;
  const { requestId: id, ...asked } = payload;
  return { id, content: digestOf({ message: name, ...asked }) };
}

/** What of an error may leave the server. */
export function toErrorBody(error: unknown, { name, log }: { name: string | null; log: ServerLog }): ErrorBody {
  if (isHoldpointError(error) && error.code !== 'INTERNAL') return error.toBody();
  log.error({ err: error, message: name }, 'a message failed');
  return new HoldpointError(
    'INTERNAL',
    'The server failed at this; its log says why. What was asked for may be sent again.',
  ).toBody();
}

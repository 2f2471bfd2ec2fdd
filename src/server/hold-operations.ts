import { toHold } from '../hooks/hold.ts';
import { digestOf, sha256 } from '../json/digest.ts';
import type { ClientRequest } from '../runner/engine.ts';
import { answerOf } from './answer-of.ts';
import { maySend } from './identity/permissions.ts';
import type { OperationContext, Operations } from './operation.ts';
import type { HOLD_MESSAGES } from './protocol/hold-messages.ts';
import type { Data, Payload } from './protocol/messages.ts';

export const HOLD_OPERATIONS: Operations<keyof typeof HOLD_MESSAGES> = {
  'holds:list': async (query, { engine }) => {
    const { items, cursor } = await engine.journal.holds(query);
    return { holds: items.map(toHold), cursor };
  },
  'hold:get': getHold,
  'hold:decide': ({ holdId, requestId: _requestId, ...decision }, { engine, identity, request }) =>
    engine.decide(holdId, decision, { actor: identity, request }),
  'hold:decideMany': decideMany,
  'hold:claim': ({ holdId, takeOver, reason }, { engine, identity, request }) =>
    engine.claim(holdId, { takeOver, reason }, { actor: identity, request }),
  'hold:release': ({ holdId }, { engine, identity, request }) => engine.release(holdId, { actor: identity, request }),
  'hold:comment': ({ holdId, text }, { engine, identity, request }) =>
    engine.comment(holdId, text, { actor: identity, request }),
};

/** What a role forbids is said here already, so that no page offers a verdict that the server would refuse. */
async function getHold(
  { holdId }: Payload<'hold:get'>,
  { engine, identity }: OperationContext,
): Promise<Data<'hold:get'>> {
  const found = await engine.hold(holdId, identity);
  if (found.hold.status !== 'open' || maySend(identity.roles, 'hold:decide')) return found;
  return { hold: found.hold, you: { may: [], why: 'To decide takes the role reviewer.' } };
}

/** One after the other, each under its own request id, so that sending the message again repeats each answer. */
async function decideMany({ decisions, requestId }: Payload<'hold:decideMany'>, context: OperationContext) {
  const { engine, identity } = context;
  const results = [];
  for (const [index, { holdId, ...decision }] of decisions.entries()) {
    const content = digestOf({ message: 'hold:decideMany', decisions, index });
    const request: ClientRequest = { id: partOfRequest(requestId, index), content };
    results.push(await answerOf(() => engine.decide(holdId, decision, { actor: identity, request })));
  }
  return { results };
}

function partOfRequest(requestId: string, index: number): string {
  const id = `${requestId}:${index}`;
  return id.length <= 64 ? id : `${sha256(requestId).slice(0, 60)}:${index}`;
}

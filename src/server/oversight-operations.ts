import type { Operations } from './operation.ts';

export const OVERSIGHT_OPERATIONS: Operations<'oversight:list' | 'oversight:sign' | 'oversight:demote'> = {
  'oversight:list': async (_payload, { engine }) => ({ actionTypes: await engine.oversight() }),
  'oversight:sign': ({ key, level, reason }, { engine, identity, request }) =>
    engine.sign(key, level, reason, { actor: identity, request }),
  'oversight:demote': ({ key, level = null, reason }, { engine, identity, request }) =>
    engine.demote(key, level, reason, { actor: identity, request }),
};

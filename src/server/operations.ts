import { HoldpointError } from '../errors.ts';
import { ACTION_OPERATIONS } from './action-operations.ts';
import { HOLD_OPERATIONS } from './hold-operations.ts';
import type { Operations } from './operation.ts';
import { RUN_OPERATIONS } from './run-operations.ts';

/** What each message does, for sockets and REST alike. */
export const OPERATIONS: Operations = {
  ...HOLD_OPERATIONS,
  ...RUN_OPERATIONS,
  ...ACTION_OPERATIONS,
  'oversight:list': () => notYet('The record of action types'),
  'oversight:sign': () => notYet('Graduation'),
  'oversight:demote': () => notYet('Graduation'),
  'decisions:search': () => notYet('The search of decisions'),
  me: (_payload, { identity: { user, roles, groups, expiresAt } }) => ({
    user,
    roles: [...roles],
    groups: [...groups],
    expiresAt,
  }),
};

function notYet(what: string): never {
  throw new HoldpointError('UNAVAILABLE', `${what} is not in this version yet.`);
}

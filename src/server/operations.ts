import { searchDecisions } from '../runner/search-decisions.ts';
import { ACTION_OPERATIONS } from './action-operations.ts';
import { HOLD_OPERATIONS } from './hold-operations.ts';
import type { Operations } from './operation.ts';
import { OVERSIGHT_OPERATIONS } from './oversight-operations.ts';
import { RUN_OPERATIONS } from './run-operations.ts';

/** What each message does, for sockets and REST alike. */
export const OPERATIONS: Operations = {
  ...HOLD_OPERATIONS,
  ...RUN_OPERATIONS,
  ...ACTION_OPERATIONS,
  ...OVERSIGHT_OPERATIONS,
  'decisions:search': (query, { engine }) => searchDecisions(engine.journal, query),
  me: (_payload, { identity: { user, roles, groups, expiresAt } }) => ({
    user,
    roles: [...roles],
    groups: [...groups],
    expiresAt,
  }),
};

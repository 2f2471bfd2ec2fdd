import type { MessageName } from '../protocol/messages.ts';
import { ROLES, type Role } from './roles.ts';

const READ: readonly Role[] = ROLES;
const DECIDE: readonly Role[] = ['reviewer', 'admin'];
const OPERATE: readonly Role[] = ['operator', 'admin'];

/**
 * Which roles may send which message. It comes before the policy of a hold and never overrides it: an admin whom the policy
 * does not name cannot decide. What is not in this table nobody may send.
 */
export const PERMISSIONS: Readonly<Record<MessageName, readonly Role[]>> = {
  'holds:list': READ,
  'hold:get': READ,
  'hold:decide': DECIDE,
  'hold:decideMany': DECIDE,
  'hold:claim': DECIDE,
  'hold:release': DECIDE,
  'hold:comment': DECIDE,
  'run:start': OPERATE,
  'run:cancel': OPERATE,
  'run:change': READ,
  'run:resume': OPERATE,
  'run:fork': OPERATE,
  'runs:stopAll': OPERATE,
  'runs:resumeAll': OPERATE,
  'runs:stop': READ,
  'run:get': READ,
  'runs:list': READ,
  'run:state': READ,
  'run:verify': READ,
  'run:events': READ,
  'run:watch': READ,
  'run:unwatch': READ,
  'crews:list': READ,
  'actions:list': READ,
  'action:undo': DECIDE,
  'action:audit': DECIDE,
  'oversight:list': READ,
  'oversight:sign': DECIDE,
  'oversight:demote': DECIDE,
  'decisions:search': READ,
  me: READ,
};

export function maySend(roles: readonly string[], name: MessageName): boolean {
  const allowed: readonly string[] = PERMISSIONS[name];
  return roles.some((role) => allowed.includes(role));
}

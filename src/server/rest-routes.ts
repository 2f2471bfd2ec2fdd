import type { MessageName } from './protocol/messages.ts';

/** A message as an HTTP request. Parameters of the path, the query (GET) and the body (POST) together are its payload. */
export interface RestRoute {
  readonly method: 'GET' | 'POST';
  /** Under `/api/v1`, with parameters named as the payload's members. */
  readonly path: string;
  readonly message: MessageName;
  readonly summary: string;
}

/** Every message but watching, which takes a socket. A GET never changes anything. */
export const REST_ROUTES: readonly RestRoute[] = [
  { method: 'GET', path: '/me', message: 'me', summary: 'Who the server takes you for' },
  { method: 'GET', path: '/holds', message: 'holds:list', summary: 'Holds, newest first' },
  { method: 'GET', path: '/holds/:holdId', message: 'hold:get', summary: 'One hold with its context' },
  { method: 'POST', path: '/holds/decisions', message: 'hold:decideMany', summary: 'Decide up to 20 holds' },
  { method: 'POST', path: '/holds/:holdId/decision', message: 'hold:decide', summary: 'Decide a hold' },
  { method: 'POST', path: '/holds/:holdId/claim', message: 'hold:claim', summary: 'Tell others that you are at it' },
  { method: 'POST', path: '/holds/:holdId/release', message: 'hold:release', summary: 'Let go of your claim' },
  { method: 'POST', path: '/holds/:holdId/comments', message: 'hold:comment', summary: 'Comment on a hold' },
  { method: 'GET', path: '/runs', message: 'runs:list', summary: 'Runs, newest first' },
  { method: 'POST', path: '/runs', message: 'run:start', summary: 'Start a run' },
  { method: 'GET', path: '/runs/:runId', message: 'run:get', summary: 'One run with its outputs' },
  { method: 'GET', path: '/runs/:runId/events', message: 'run:events', summary: 'A page of the journal of a run' },
  { method: 'GET', path: '/runs/:runId/state', message: 'run:state', summary: 'The replayed state of a run' },
  { method: 'GET', path: '/runs/:runId/verify', message: 'run:verify', summary: 'Check the hash chain of a run' },
  { method: 'POST', path: '/runs/:runId/cancel', message: 'run:cancel', summary: 'Cancel a run' },
  { method: 'POST', path: '/runs/stop-all', message: 'runs:stopAll', summary: 'Stop everything' },
  { method: 'POST', path: '/runs/resume-all', message: 'runs:resumeAll', summary: 'Lift the stop' },
  { method: 'GET', path: '/runs/stop', message: 'runs:stop', summary: 'Whether everything is stopped' },
  { method: 'GET', path: '/runs/:runId/change', message: 'run:change', summary: 'How the crew of a run changed' },
  { method: 'POST', path: '/runs/:runId/resume', message: 'run:resume', summary: 'Accept the changed crew of a run' },
  { method: 'POST', path: '/runs/:runId/fork', message: 'run:fork', summary: 'Start a run from a prefix of one' },
  { method: 'POST', path: '/runs/:runId/actions/:actionId/undo', message: 'action:undo', summary: 'Undo an action' },
  { method: 'POST', path: '/runs/:runId/actions/:actionId/audit', message: 'action:audit', summary: 'Judge an action' },
  { method: 'GET', path: '/actions', message: 'actions:list', summary: 'Supervised actions, newest first' },
  { method: 'GET', path: '/crews', message: 'crews:list', summary: 'Crews that this server can start' },
  { method: 'GET', path: '/oversight', message: 'oversight:list', summary: 'The record of action types' },
  { method: 'POST', path: '/oversight/sign', message: 'oversight:sign', summary: 'Give an action type less oversight' },
  {
    method: 'POST',
    path: '/oversight/demote',
    message: 'oversight:demote',
    summary: 'Give an action type more oversight',
  },
  { method: 'GET', path: '/decisions', message: 'decisions:search', summary: 'Past decisions' },
];

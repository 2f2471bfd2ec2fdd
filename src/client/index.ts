/** `holdpoint/client`: a typed review client for Node and browsers. */
export { type ErrorCode, HoldpointError, isHoldpointError } from '../errors.ts';
export type { Hold, HoldInFull, HoldKind, HoldStatus } from '../hooks/hold.ts';
export type { PastDecision } from '../hooks/past-decision.ts';
export type { Verdict } from '../hooks/review-policy.ts';
export type { RunStatus, RunSummary, TaskStatus } from '../hooks/run-summary.ts';
export type { Json } from '../json/json.ts';
export type { ListedAction, SupervisedAction } from '../server/protocol/action-messages.ts';
export type { CrewInfo } from '../server/protocol/crew-info.ts';
export type { Me } from '../server/protocol/messages.ts';
export type { RunEvent } from '../server/protocol/run-event.ts';
export type { RunState } from '../server/protocol/run-state.ts';
export type { RunDelta, ServerMessage, ServerMessageName } from '../server/protocol/server-messages.ts';
export type { ConnectOptions } from './connection.ts';
export { connectReview, type Decision, type FollowOptions, type ReviewClient, type SeenHold } from './review-client.ts';
export type { WatchOptions } from './watch-iterable.ts';

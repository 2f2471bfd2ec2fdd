export { openaiModel } from './agents/openai-model.ts';
export { rehearsalModel } from './agents/rehearsal-model.ts';
export { askHuman } from './crew/ask-human-tool.ts';
export type { HookVerdict, ToolContext } from './crew/crew-definition.ts';
export type { AgentConfig, Crew, TaskConfig, Tool, ToolConfig, ToolUse, TypedTool } from './crew/crew-types.ts';
export { defineCrew } from './crew/define-crew.ts';
export { defineTool } from './crew/define-tool.ts';
export { block, hold } from './crew/hook-verdicts.ts';
export type { Model, ModelAnswer, ModelRequest } from './crew/model.ts';
export { ERRORS, type ErrorCode, HoldpointError, isHoldpointError } from './errors.ts';
export type { Duration } from './hooks/duration.ts';
export type { Hold, HoldInFull, HoldKind, HoldStatus } from './hooks/hold.ts';
export type { ReviewerRef, ReviewPolicy, Verdict } from './hooks/review-policy.ts';
export type { Reviewer } from './hooks/reviewer.ts';
export type { RunStatus, RunSummary, TaskStatus } from './hooks/run-summary.ts';
export type { Tier } from './hooks/tier.ts';
export type { Json } from './json/json.ts';
export {
  type By,
  type Decision,
  type Holdpoint,
  type HoldpointOptions,
  type Outcome,
  openHoldpoint,
  type Run,
  type StartOptions,
} from './open-holdpoint.ts';
export type { RunView } from './replay/run-view.ts';
export type { CrewChange } from './runner/engine.ts';

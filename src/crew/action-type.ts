import type { Level } from '../hooks/graduation/level.ts';

import { digestOf, sha256 } from '../json/digest.ts';
import type { CrewConfigData } from './crew-config.ts';
import type { RunState } from './run-state.ts';

/**
 * What a record is kept of: calls of one tool, with one schema, by one model, under one policy. Any of these changing makes
 * another type, with an empty record and no level, since what was learned was not learned of it.
 */
export interface ActionType {
  /** CREW/TOOL/12 hex digits of the digest of model, schema and policy. */
  readonly key: string;
  readonly crew: string;
  readonly tool: string;
  readonly model: string;
  /** The first 12 hex digits of each digest. */
  readonly schema: string;
  readonly policy: string;
}

export interface CallOf {
  readonly task: string;
  readonly tool: string;
  /** As the answer that asked for the call names it: a new snapshot of a model is another model. */
  readonly model: string;
}

/** The type of a call; null for a tool that the crew does not define, such as `ask_human`, which has no record. */
export function actionTypeOf(config: CrewConfigData, { task: key, tool: name, model }: CallOf): ActionType | null {
  const tool = Object.hasOwn(config.tools, name) ? config.tools[name] : undefined;
  const task = Object.hasOwn(config.tasks, key) ? config.tasks[key] : undefined;
  if (!tool || !task) return null;
  const use = task.tools.find((given) => given.name === name);
  const { tier, review, minConfidence, reversible, undoWindowMs } = tool;
  const schema = digestOf({ input: tool.input, output: tool.output });
  const policy = digestOf({
    version: config.version,
    reviews: [config.review, task.review, review, use?.review ?? null],
    raiseTo: use?.raiseTo ?? null,
    tool: { tier, minConfidence, reversible, undoWindowMs },
  });
  const digest = digestOf({ model, schema, policy });
  const short = (hex: string) => hex.slice(0, 12);
  return {
    key: `${config.name}/${name}/${short(digest)}`,
    crew: config.name,
    tool: name,
    model,
    schema: short(schema),
    policy: short(policy),
  };
}

/** The type of a call that the task's last answer asks for. */
export function typeOfCall({ config, tasks }: RunState, task: string, tool: string): ActionType | null {
  const turn = tasks.get(task)?.turns.findLast((candidate) => candidate.kind === 'answer');
  return turn?.kind === 'answer' ? actionTypeOf(config, { task, tool, model: turn.answer.model }) : null;
}

/** By key of the action type. Types without an entry have their tool's own tier. */
export type Levels = ReadonlyMap<string, Level>;
export const NO_LEVELS: Levels = new Map();

/** The share of actions of an automatic type that somebody looks at afterwards. */
const SPOT_CHECK_SHARE = 0.05;

/** Whether an action is drawn for a spot check. Its id is made of the run's, which is random, so no agent chooses. */
export function isSpotCheck(actionId: string): boolean {
  return Number.parseInt(sha256(`spot-check:${actionId}`).slice(0, 8), 16) < SPOT_CHECK_SHARE * 2 ** 32;
}

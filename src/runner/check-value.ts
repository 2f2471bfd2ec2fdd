import { type ConfigIssue, issuesText } from '../crew/config-issue.ts';
import type { CrewDefinition, TaskDefinition } from '../crew/crew-definition.ts';
import { givenTo, taskDefinition } from '../crew/derive/context.ts';
import { askGuardrails } from '../crew/derive/gates.ts';
import { type Checked, checkOutput, checkValue, toolFor } from '../crew/derive/interpret-answer.ts';
import type { TimeLimit } from '../crew/derive/time-limit.ts';
import { choiceOf } from '../crew/fold-hold.ts';
import type { RunState } from '../crew/run-state.ts';
import { HoldpointError } from '../errors.ts';
import type { HoldRecord } from '../hooks/hold.ts';
import type { Verdict } from '../hooks/review-policy.ts';
import type { Json } from '../json/json.ts';
import { changesOf } from './as-given.ts';

interface Checking {
  readonly crew: CrewDefinition;
  readonly state: RunState;
  readonly now: string;
  /** Of each function of the crew that is asked. */
  readonly timeLimit: TimeLimit;
}

/**
 * A reviewer's value as it will be used, defaults applied, after it passed what the agent's own would have to pass: the schema
 * and, for an output, the guardrails. Otherwise it is used as it was written, or refused.
 * @throws {HoldpointError} `VALUE_INVALID`; details carry what is wrong.
 */
export async function checkDecisionValue(
  checking: Checking,
  hold: HoldRecord,
  verdict: Verdict,
  value: Json,
): Promise<Json> {
  switch (hold.kind) {
    case 'before':
    case 'question':
      return checkText(hold, value);
    case 'after':
      return checkTaskOutput(checking, hold, value);
    case 'action':
      return verdict === 'modify' ? checkAgainstTool(checking, hold, value, 'input') : value;
    case 'human':
      return checkAgainstTool(checking, hold, value, 'output');
    case 'escalation':
    case 'run':
      return checkChoice(checking, hold, value);
    case 'oversight':
      return value;
  }
}

function checkText(hold: HoldRecord, value: Json): Json {
  if (typeof value !== 'string' || value.trim() === '') throw invalid(hold, 'Write a text that is not empty.');
  const options = hold.schema?.enum;
  if (Array.isArray(options) && !options.includes(value)) throw invalid(hold, `Choose one of: ${options.join(', ')}.`);
  return value;
}

async function checkForm(checking: Checking, hold: HoldRecord, value: Json): Promise<Json> {
  const checked = await checkOutput(taskOfHold(checking, hold), value, checking.timeLimit);
  return asGiven(hold, value, checked);
}

/** @throws `VALUE_INVALID` for what the schema refuses, and for what it would silently use something else for */
function asGiven(hold: HoldRecord, value: Json, checked: Checked): Json {
  const issues = checked.ok ? changesOf(value, checked.value) : checked.issues;
  if (checked.ok && issues.length === 0) return checked.value;
  throw invalid(hold, issuesText(issues), issues);
}

async function checkTaskOutput(checking: Checking, hold: HoldRecord, value: Json): Promise<Json> {
  const task = taskOfHold(checking, hold);
  const output = await checkForm(checking, hold, value);
  const { attempt } = hold;
  const context = { ...checking, signal: new AbortController().signal };
  const given = { ...givenTo(context, task), output, confidence: hold.confidence, attempt };
  const complaint = await askGuardrails(context, task, given);
  if (complaint !== null) throw invalid(hold, complaint);
  return output;
}

async function checkAgainstTool(
  checking: Checking,
  hold: HoldRecord,
  value: Json,
  side: 'input' | 'output',
): Promise<Json> {
  const use = hold.action && toolFor(taskOfHold(checking, hold), hold.action.tool);
  if (!use)
    throw new HoldpointError(
      'UNAVAILABLE',
      `The crew "${hold.crew}" has no tool "${hold.action?.tool}" here, so its value cannot be checked.`,
    );
  const checked = await checkValue(use.tool[side], value, checking.timeLimit);
  return asGiven(hold, value, checked);
}

/**
 * `use` takes the value given, or the one in the proposal; either must have the form that the task (or tool) promises. The
 * guardrails are not asked: that one refused is what the person decides about.
 */
async function checkChoice(checking: Checking, hold: HoldRecord, value: Json): Promise<Json> {
  const choice = choiceOf(value);
  const choices = choicesOf(hold);
  if (choice === null || !choices.includes(choice))
    throw invalid(hold, `Send { "choice": … } with one of: ${choices.join(', ')}.`);
  if (choice !== 'use') return { choice };
  const chosen = value as { readonly value?: Json };
  const given = Object.hasOwn(chosen, 'value') ? chosen.value : (hold.proposal as { output?: Json }).output;
  if (given === undefined) throw invalid(hold, 'To `use` a result, send it as `value`: the proposal has none.');
  const checked = hold.action
    ? await checkAgainstTool(checking, hold, given, 'output')
    : await checkForm(checking, hold, given);
  return { choice, value: checked };
}

function choicesOf({ schema }: HoldRecord): readonly string[] {
  const properties = schema?.properties as { choice?: { enum?: readonly string[] } } | undefined;
  return properties?.choice?.enum ?? [];
}

function taskOfHold({ crew }: Checking, hold: HoldRecord): TaskDefinition {
  if (hold.task === null || !crew.tasks.has(hold.task)) {
    throw new HoldpointError(
      'UNAVAILABLE',
      `The crew "${crew.name}" has no task "${hold.task}" here, so the value cannot be checked.`,
    );
  }
  return taskDefinition({ crew }, hold.task);
}

function invalid(
  hold: HoldRecord,
  problem: string,
  issues: readonly ConfigIssue[] = [{ path: '', message: problem }],
): HoldpointError {
  return new HoldpointError('VALUE_INVALID', `The value does not fit hold ${hold.id}: ${problem}`, {
    details: { issues },
  });
}

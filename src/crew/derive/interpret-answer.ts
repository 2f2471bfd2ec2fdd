import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { Level } from '../../hooks/graduation/level.ts';
import { actionIdOf } from '../../ids.ts';
import { canonicalJson } from '../../json/canonical-json.ts';
import type { Json } from '../../json/json.ts';
import { isSpotCheck, typeOfCall } from '../action-type.ts';
import { ASK_HUMAN, askHumanDefinition } from '../ask-human.ts';
import { type ConfigIssue, pathText } from '../config-issue.ts';
import type { TaskDefinition, ToolUse } from '../crew-definition.ts';
import { type Draft, draft } from '../events.ts';
import { type FinalAnswer, readFinalAnswer } from '../final-answer.ts';
import type { ToolCall } from '../model.ts';
import { taskOf } from '../run-state.ts';
import { type DeriveContext, taskDefinition } from './context.ts';
import { settleFailed } from './failure.ts';
import { passGates } from './gates.ts';
import { shadowOfAction } from './shadow.ts';
import { assessAction } from './tier-of-action.ts';
import { inTime, type TimeLimit } from './time-limit.ts';

/** What the model's answer leads to: actions to settle, an output to put through the gates, or a complaint. */
export async function interpretAnswer(context: DeriveContext, key: string): Promise<Draft[]> {
  const task = taskDefinition(context, key);
  const turn = taskOf(context.state, key).turns.findLast((candidate) => candidate.kind === 'answer');
  if (turn?.kind !== 'answer') throw new RangeError(`The task ${key} has no answer to interpret`);
  if (turn.answer.toolCalls.length > 0) return proposeActions(context, task, turn.answer.toolCalls);
  const answer = readFinalAnswer(turn.answer.text);
  const checked = await checkOutput(task, answer.output, context.timeLimit);
  return checked.ok
    ? passGates(context, task, { ...answer, output: checked.value })
    : complain(context, task, answer, checked.complaint);
}

/** `issues` say where: `amountUsd`, `items[0].name`; '' is the whole value. */
export type Checked =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly complaint: string; readonly issues: readonly ConfigIssue[] };

/** The output of a task that names no schema. */
const TEXT = z.string();

/** An output against the task's schema; the parsed value, defaults applied, is what is proposed. */
export async function checkOutput(task: TaskDefinition, output: Json, limit: TimeLimit | undefined): Promise<Checked> {
  return checkValue(task.output ?? TEXT, output, limit);
}

/** A schema may ask functions of its author, which may be late as any other. */
export async function checkValue(schema: z.ZodType, value: unknown, limit: TimeLimit | undefined): Promise<Checked> {
  try {
    const parsed = await inTime(schema.safeParseAsync(value), limit);
    if (parsed.success) return { ok: true, value: JSON.parse(canonicalJson(parsed.data)) as Json };
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: pathText(path), message }));
    return { ok: false, complaint: z.prettifyError(parsed.error), issues };
  } catch (error) {
    return refused(messageOf(error));
  }
}

function refused(complaint: string): Checked {
  return { ok: false, complaint, issues: [{ path: '', message: complaint }] };
}

function complain(context: DeriveContext, task: TaskDefinition, answer: FinalAnswer, complaint: string): Draft[] {
  const { attempt, retries } = taskOf(context.state, task.key).machine.context;
  const message = `Your output does not have the form that was asked for:\n${complaint}\nGive the whole answer again in the right form.`;
  if (retries < task.maxRetries) {
    return [
      draft('task.revised', {
        task: task.key,
        attempt: attempt + 1,
        cause: 'schema',
        complaint: message,
        holdId: null,
      }),
    ];
  }
  const { output: proposal, reasoning, confidence } = answer;
  return settleFailed(context, task, {
    code: 'OUTPUT_INVALID',
    message: `The output did not have the form asked for, after ${retries} retries: ${complaint}`,
    proposal,
    reasoning,
    confidence,
  });
}

async function proposeActions(
  context: DeriveContext,
  task: TaskDefinition,
  calls: readonly ToolCall[],
): Promise<Draft[]> {
  const drafts: Draft[] = [];
  for (const [index, call] of calls.entries()) drafts.push(await proposeAction(context, task, call, index));
  return drafts;
}

async function proposeAction(
  context: DeriveContext,
  task: TaskDefinition,
  call: ToolCall,
  index: number,
): Promise<Draft> {
  const { state } = context;
  const { attempt, step } = taskOf(state, task.key).machine.context;
  const actionId = actionIdOf(state.id, state.actionCount + 1 + index);
  const place = { task: task.key, actionId, step, callId: call.id, tool: call.name };
  const refuse = (code: string, message: string) => draft('action.refused', { ...place, code, message, holdId: null });

  const use = toolFor(task, call.name);
  if (!use)
    return refuse(
      'TOOL_UNKNOWN',
      `There is no tool "${call.name}". You have: ${[...task.tools.keys()].join(', ') || 'none'}.`,
    );
  const input = await parseArguments(context, use, call.arguments);
  if (!input.ok) return refuse('TOOL_INPUT_INVALID', `The arguments do not fit the tool's schema: ${input.complaint}`);
  const verdict = await assessAction(context, task, use, input.value, levelOf(context, task.key, call.name));
  if (verdict.blocked !== null) return refuse('HOOK_BLOCKED', verdict.blocked);
  const { tier, level, reasons, impact, review } = verdict;
  const drawn = level === 'automatic' && tier === 'automatic' && reasons.length === 0 && isSpotCheck(actionId);
  const applied = { ...(level === null ? {} : { level }), ...(drawn ? { spotCheck: true as const } : {}) };
  const shadow = shadowOfAction(state, call.name, tier);
  const revision = (taskOf(state, task.key).rejectedCalls[call.name]?.count ?? 0) + 1;
  return draft('action.proposed', {
    ...place,
    attempt,
    input: input.value,
    tier,
    reasons,
    ...(review ? { review } : {}),
    impact,
    ...applied,
    ...(shadow.length > 0 ? { shadow } : {}),
    revision,
  });
}

/** The level that was signed for the type of this call; null where none was. */
function levelOf({ state, levels }: DeriveContext, task: string, tool: string): Level | null {
  if (!levels || levels.size === 0) return null;
  const type = typeOfCall(state, task, tool);
  return (type && levels.get(type.key)) ?? null;
}

export function toolFor(task: TaskDefinition, name: string): ToolUse | null {
  return (
    task.tools.get(name) ?? (name === ASK_HUMAN ? { tool: askHumanDefinition, raiseTo: null, review: null } : null)
  );
}

async function parseArguments({ timeLimit }: DeriveContext, { tool }: ToolUse, text: string): Promise<Checked> {
  try {
    return await checkValue(tool.input, JSON.parse(text === '' ? '{}' : text), timeLimit);
  } catch (error) {
    return refused(`not JSON: ${messageOf(error)}`);
  }
}

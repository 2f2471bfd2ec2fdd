import type { HoldReason } from '../../hooks/hold.ts';
import type { ReviewPolicy } from '../../hooks/review-policy.ts';
import { copyJson } from '../../json/copy-json.ts';
import type { Json } from '../../json/json.ts';
import type { Given, GivenOutput, TaskDefinition } from '../crew-definition.ts';
import { type Draft, draft } from '../events.ts';
import type { FinalAnswer } from '../final-answer.ts';
import { taskOf } from '../run-state.ts';
import { call, callWithSignal, type DeriveContext, givenTo, runHook } from './context.ts';
import { shadowOfOutput } from './shadow.ts';

interface Verdicts {
  complaint: string | null;
  blocked: string | null;
  escalation: string | null;
  confidence: number | null;
  reasons: HoldReason[];
  review?: ReviewPolicy;
}

/**
 * An output that fits its schema goes through the other gates in their order (contract §2): guardrails, `afterTask`,
 * `escalateIf`, confidence and `confirm`. What they say is recorded in `task.proposed` and never asked again.
 */
export async function passGates(context: DeriveContext, task: TaskDefinition, answer: FinalAnswer): Promise<Draft[]> {
  const { attempt } = taskOf(context.state, task.key).machine.context;
  const given: GivenOutput = {
    ...givenTo(context, task),
    output: answer.output,
    confidence: answer.confidence,
    attempt,
  };
  const verdicts = await askGates(context, task, given);
  const { output, reasoning } = answer;
  const shadow = shadowOfOutput(context.state, verdicts.confidence, verdicts.reasons);
  return [
    draft('task.proposed', {
      task: task.key,
      attempt,
      output,
      reasoning,
      ...verdicts,
      ...(shadow.length > 0 ? { shadow } : {}),
    }),
  ];
}

async function askGates(context: DeriveContext, task: TaskDefinition, given: GivenOutput): Promise<Verdicts> {
  const verdicts: Verdicts = {
    complaint: null,
    blocked: null,
    escalation: null,
    confidence: given.confidence,
    reasons: [],
  };
  verdicts.complaint = await askGuardrails(context, task, given);
  if (verdicts.complaint !== null) return verdicts;

  const hook = await runHook(context, 'afterTask', {
    task: task.key,
    agent: task.agent,
    inputs: given.inputs,
    output: given.output,
  });
  verdicts.blocked = hook.blocked;
  if (hook.held) verdicts.reasons.push(hook.held);
  if (hook.review) verdicts.review = hook.review;

  verdicts.escalation = await askEscalation(context, task, given);
  await askConfidence(context, task, given, verdicts);
  await askConfirm(context, task, { ...given, confidence: verdicts.confidence }, verdicts);
  return verdicts;
}

/** The first complaint of the guardrails, for the agent; null if all are content. Anything but `true` is a complaint. */
export async function askGuardrails(
  context: DeriveContext,
  task: TaskDefinition,
  given: GivenOutput,
): Promise<string | null> {
  for (const [index, guardrail] of task.guardrails.entries()) {
    const said = await callWithSignal(context, (signal) => guardrail(copyOf(given), { signal }));
    if (!said.ok) return `Guardrail ${index + 1} failed: ${said.message}`;
    if (said.value !== true)
      return typeof said.value === 'string' && said.value !== '' ? said.value : `Guardrail ${index + 1} refused it.`;
  }
  return null;
}

async function askEscalation(
  context: DeriveContext,
  { escalateIf }: TaskDefinition,
  given: GivenOutput,
): Promise<string | null> {
  if (!escalateIf) return null;
  const said = await call(context, () => escalateIf(copyOf(given)));
  if (!said.ok) return `\`escalateIf\` failed: ${said.message}`;
  if (said.value === false || said.value === undefined) return null;
  return typeof said.value === 'string' && said.value !== '' ? said.value : '`escalateIf` asked for a person.';
}

async function askConfidence(
  context: DeriveContext,
  task: TaskDefinition,
  given: GivenOutput,
  verdicts: Verdicts,
): Promise<void> {
  const { confidence, minConfidence } = task;
  if (confidence) {
    const said = await call(context, () => confidence(copyOf(given)));
    const sure = said.ok && typeof said.value === 'number' && said.value >= 0 && said.value <= 1;
    verdicts.confidence = sure ? said.value : null;
    if (!said.ok)
      verdicts.reasons.push({
        code: 'low-confidence',
        detail: `The task's \`confidence\` function failed: ${said.message}`,
      });
  }
  if (minConfidence === null) return;
  const known = verdicts.confidence;
  if (known === null)
    verdicts.reasons.push({
      code: 'low-confidence',
      detail: `No confidence was given; at least ${minConfidence} is asked for.`,
    });
  else if (known < minConfidence)
    verdicts.reasons.push({ code: 'low-confidence', detail: `Confidence ${known} is below ${minConfidence}.` });
}

async function askConfirm(
  context: DeriveContext,
  task: TaskDefinition,
  given: GivenOutput,
  verdicts: Verdicts,
): Promise<void> {
  const { after } = task.confirm;
  if (!after) return;
  const { when } = after;
  const asked = when ? await call(context, () => when(copyOf(given))) : { ok: true as const, value: true };
  if (!asked.ok)
    verdicts.reasons.push({
      code: 'confirm',
      detail: `The output must be confirmed: \`confirm.after.when\` failed: ${asked.message}`,
    });
  else if (asked.value !== false)
    verdicts.reasons.push({ code: 'confirm', detail: 'The output must be confirmed before others act on it.' });
}

/** A function of the crew's author gets its own copy, so that it cannot change what the next one sees. */
function copyOf<G extends Given & { output: Json }>(given: G): G {
  return copyJson(given);
}

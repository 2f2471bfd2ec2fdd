import { canonicalJson } from '../json/canonical-json.ts';
import type { Json } from '../json/json.ts';
import type { AgentDefinition, CrewDefinition, TaskDefinition } from './crew-definition.ts';
import type { Message, ModelRequest, ToolSpec } from './model.ts';
import { type ActionState, type RunState, type TaskState, taskOf } from './run-state.ts';

/** What a task asks of a model next: its agent's step, or its manager's review. Derived from the run's state alone: the same state asks the
 *  same question, in a replay too. */
export function buildRequest(state: RunState, crew: CrewDefinition, task: TaskDefinition): ModelRequest {
  if (isUnderReview(state, task.key)) return reviewRequest(state, crew, task);
  const agent = agentOf(crew, task);
  const model = agent.model ?? crew.model;
  return {
    model: typeof model === 'string' ? model : null,
    messages: [
      { role: 'system', text: systemText(agent) },
      { role: 'user', text: taskText(state, task, taskOf(state, task.key)) },
      ...taskOf(state, task.key).turns.flatMap((turn) => turnMessages(state, turn)),
    ],
    tools: [...task.tools.keys()].map((name) => toolSpec(state, name)),
    answer: answerSchema(state.config.tasks[task.key]?.output ?? null),
  };
}

/** The agent that is asked next: the task's own, or the manager who reviews its output. */
export function askedAgent(state: RunState, crew: CrewDefinition, task: TaskDefinition): AgentDefinition {
  const manager = isUnderReview(state, task.key) ? crew.agents.get(state.config.manager ?? '') : undefined;
  return manager ?? agentOf(crew, task);
}

function isUnderReview(state: RunState, key: string): boolean {
  return taskOf(state, key).machine.value === 'reviewing';
}

export function agentOf(crew: CrewDefinition, task: TaskDefinition): AgentDefinition {
  const agent = crew.agents.get(task.agent);
  if (!agent) throw new RangeError(`No agent ${task.agent} in crew ${crew.name}`);
  return agent;
}

function systemText(agent: AgentDefinition): string {
  const parts = [
    `You are ${agent.role}.${agent.backstory ? ` ${agent.backstory}` : ''}`,
    `Your goal: ${agent.goal}`,
    'Work on the task you are given, with the tools you have, and answer it alone. A person may hold, change or refuse what you propose; take their word as final.',
    'Give your final answer as JSON with three members: `output` (the answer itself), `reasoning` (why, in a few sentences a reviewer can check) and ' +
      '`confidence` (0 to 1: how sure you are that a careful expert would accept the output unchanged).',
  ];
  return parts.join('\n\n');
}

function taskText(state: RunState, task: TaskDefinition, { description }: TaskState): string {
  const parts = [`Task: ${task.key}\n${description ?? ''}`];
  if (task.expectedOutput) parts.push(`Expected output: ${task.expectedOutput}`);
  const context = contextOf(state, task.key);
  if (context.length)
    parts.push(
      `What earlier tasks gave:\n\n${context.map(({ task: key, output }) => `## ${key}\n${asText(output)}`).join('\n\n')}`,
    );
  return parts.join('\n\n');
}

/** The outputs that a task works from, in the order that its config names them. */
export function contextOf(state: RunState, key: string): { task: string; output: Json }[] {
  const { context = [], optionalContext = [] } = state.config.tasks[key] ?? {};
  return [...context, ...optionalContext].flatMap((upstream) => {
    const output = state.tasks.get(upstream)?.output;
    return output === undefined ? [] : [{ task: upstream, output }];
  });
}

/** What the manager must say of an output. */
export const REVIEW_SCHEMA = {
  type: 'object',
  properties: { accept: { type: 'boolean' }, feedback: { type: 'string' } },
  required: ['accept', 'feedback'],
  additionalProperties: false,
} as const;

function reviewRequest(state: RunState, crew: CrewDefinition, task: TaskDefinition): ModelRequest {
  const manager = askedAgent(state, crew, task);
  const model = manager.model ?? crew.model;
  const { proposal } = taskOf(state, task.key);
  const author = agentOf(crew, task);
  const parts = [
    `Review: ${task.key}\nYou gave this task to ${author.role}. Say whether the output may go on as it is; if not, tell them exactly what to do differently.`,
    taskText(state, task, taskOf(state, task.key)),
    `The output:\n${asText(proposal?.output ?? null)}`,
  ];
  return {
    model: typeof model === 'string' ? model : null,
    messages: [
      { role: 'system', text: systemText(manager) },
      { role: 'user', text: parts.join('\n\n') },
    ],
    tools: [],
    answer: answerSchema(REVIEW_SCHEMA),
  };
}

function turnMessages(state: RunState, turn: TaskState['turns'][number]): Message[] {
  if (turn.kind === 'told') return [{ role: 'user', text: turn.text }];
  const { text, toolCalls } = turn.answer;
  const results = toolCalls.map((call): Message => {
    const id = turn.actions[call.id];
    const action = id && state.actions.get(id);
    return { role: 'tool', callId: call.id, text: action ? resultText(action) : '' };
  });
  return [{ role: 'assistant', text, toolCalls }, ...results];
}

function resultText(action: ActionState): string {
  if (action.refusal) return `Not done: ${action.refusal.message}`;
  if (!action.result) return 'No result.';
  const output = asText(action.result.output);
  const { started, proposed } = action;
  if (!started || !proposed || canonicalJson(started.input) === canonicalJson(proposed.input)) return output;
  return `A reviewer replaced your input by ${canonicalJson(started.input)}. That was done. Result: ${output}`;
}

export function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function toolSpec(state: RunState, name: string): ToolSpec {
  const tool = state.config.tools[name];
  return { name, description: tool?.description ?? '', input: tool?.input ?? {} };
}

function answerSchema(output: { readonly [key: string]: Json } | null): ModelRequest['answer'] {
  return {
    type: 'object',
    properties: {
      output: output ?? { type: 'string' },
      reasoning: { type: 'string' },
      confidence: { type: 'number', minimum: 0, maximum: 1 },
    },
    required: ['output', 'reasoning', 'confidence'],
    additionalProperties: false,
  };
}

import { defineCrew, defineTool } from 'holdpoint';
import { z } from 'zod';

/** Tool calls of a task. With what begins and ends a task, a task is 100 events. */
export const CALLS = 24;

const note = defineTool({
  name: 'note',
  description: 'Write a line down.',
  input: z.strictObject({ line: z.number() }),
  tier: 'automatic',
  idempotent: true,
  execute: ({ line }) => `line ${line} is written`,
});

/**
 * Tasks in a row, each of many steps.
 * @param {number} tasks
 */
export function stepsCrew(tasks) {
  const keys = Array.from({ length: tasks }, (_, task) => `task${task}`);
  return defineCrew({
    name: 'steps',
    agents: { clerk: { role: 'a clerk', goal: 'Write everything down', tools: [note], maxSteps: CALLS + 2 } },
    tasks: Object.fromEntries(
      keys.map((key) => [key, { agent: /** @type {const} */ ('clerk'), description: 'Write the lines down.' }]),
    ),
  });
}

/**
 * A model inside the process, which answers at once: what is measured is the engine alone.
 * @type {import('holdpoint').Model}
 */
export const stepsModel = {
  type: 'model',
  name: 'steps',
  async respond({ messages }) {
    const line = messages.filter(({ role }) => role === 'tool').length;
    const usage = { inputTokens: 10, outputTokens: 10 };
    if (line === CALLS) return { model: 'steps', text: '{"output":"All lines are written."}', toolCalls: [], usage };
    const call = { id: `call_${line}`, name: 'note', arguments: JSON.stringify({ line }) };
    return { model: 'steps', text: '', toolCalls: [call], usage };
  },
};

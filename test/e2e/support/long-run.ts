import { z } from 'zod';
import { crewDefinition, defineCrew } from '../../../src/crew/define-crew.ts';
import { defineTool } from '../../../src/crew/define-tool.ts';
import type { Model } from '../../../src/crew/model.ts';

const note = defineTool({
  name: 'note',
  description: 'Write a line down.',
  input: z.strictObject({ line: z.number() }),
  tier: 'supervised',
  idempotent: true,
  execute: ({ line }) => `line ${line} is written`,
  undo: async () => {},
  undoWindow: '10m',
});

/** Tasks in a row, each of many steps with a tool. A task is four events a call, and four more; the last one is held when it is done. */
export function longCrew({ tasks, calls }: { readonly tasks: number; readonly calls: number }) {
  const keys = Array.from({ length: tasks }, (_, index) => `part${index + 1}`);
  const task = { agent: 'clerk', description: 'Write the lines down.' } as const;
  return crewDefinition(
    defineCrew({
      name: 'long-work',
      agents: { clerk: { role: 'a clerk', goal: 'Write everything down', tools: [note], maxSteps: calls + 2 } },
      tasks: Object.fromEntries(keys.map((key) => [key, key === keys.at(-1) ? { ...task, confirm: 'after' } : task])),
    }),
  );
}

/** Calls the tool as often as it is to, then says that it is done. */
export function longModel({ calls }: { readonly calls: number }): Model {
  return {
    type: 'model',
    name: 'long',
    async respond({ messages }) {
      const line = messages.filter(({ role }) => role === 'tool').length;
      const usage = { inputTokens: 10, outputTokens: 10 };
      if (line === calls) return { model: 'long', text: '{"output":"All lines are written."}', toolCalls: [], usage };
      const call = { id: `call_${line}`, name: 'note', arguments: JSON.stringify({ line }) };
      return { model: 'long', text: 'One more line.', toolCalls: [call], usage };
    },
  };
}

import { z } from 'zod';
import { askHuman } from '../../../src/crew/ask-human-tool.ts';
import { crewDefinition, defineCrew } from '../../../src/crew/define-crew.ts';
import { defineTool } from '../../../src/crew/define-tool.ts';
import type { Plan } from './planned-model.ts';

/** How many texts one run carries. */
export const TEXTS_A_RUN = 20;

const names = Array.from({ length: TEXTS_A_RUN }, (_, index) => `text${index + 1}`);

const fetchPage = defineTool({
  name: 'fetch_page',
  description: 'Reads a page of somebody else.',
  input: z.strictObject({ query: z.string() }),
  output: z.strictObject({ found: z.string() }),
  tier: 'automatic',
  idempotent: true,
  execute: async ({ query }) => ({ found: query }),
});

const fileRecord = defineTool({
  name: 'file_record',
  description: 'Files what was found.',
  input: z.strictObject({
    ...(Object.fromEntries(names.map((name) => [name, z.string()])) as Record<string, z.ZodString>),
    record: z.record(z.string(), z.unknown()),
    target: z.string(),
    amountUsd: z.number(),
  }),
  output: z.strictObject({ filed: z.boolean() }),
  tier: 'approval',
  impact: ({ target, amountUsd }) => ({
    summary: `File ${target} for $${amountUsd}`,
    target: String(target),
    amount: Number(amountUsd),
  }),
  idempotent: true,
  execute: async () => ({ filed: true }),
  undo: async () => {},
});

const payOut = defineTool({
  name: 'pay_out',
  description: 'Pays. What decides stands last.',
  input: z.strictObject({ note: z.string(), payee: z.string(), amountUsd: z.number() }),
  output: z.strictObject({ paid: z.boolean() }),
  tier: 'approval',
  impact: ({ note, payee, amountUsd }) => ({
    summary: `${note}: pay $${amountUsd} to ${payee}`,
    target: payee,
    amount: amountUsd,
  }),
  idempotent: true,
  execute: async () => ({ paid: true }),
});

const jotDown = defineTool({
  name: 'jot_down',
  description: 'Writes a note. It runs by itself, and people see it afterwards.',
  input: z.strictObject({ note: z.string() }),
  output: z.strictObject({ noted: z.boolean() }),
  tier: 'supervised',
  impact: ({ note }) => ({ summary: note }),
  idempotent: true,
  execute: async () => ({ noted: true }),
  undo: async () => {},
  undoWindow: '10m',
});

const inputs = z.strictObject({ ticket: z.string(), plan: z.string() });

const forgeDesk = defineCrew({
  name: 'forge-desk',
  inputs,
  agents: {
    reader: { role: 'Reader', goal: 'Read', tools: [fetchPage] },
    clerk: { role: 'Clerk', goal: 'File', tools: [fileRecord] },
  },
  tasks: {
    read: { agent: 'reader', context: [], description: 'Read {ticket} ({plan})', confirm: 'after' },
    file: { agent: 'clerk', context: ['read'], description: 'File {ticket} ({plan})' },
  },
});

const payDesk = defineCrew({
  name: 'pay-desk',
  inputs,
  agents: { clerk: { role: 'Clerk', goal: 'Pay', tools: [payOut, askHuman] } },
  tasks: { pay: { agent: 'clerk', context: [], description: 'Pay {ticket} ({plan})' } },
});

const noteDesk = defineCrew({
  name: 'note-desk',
  inputs,
  agents: { clerk: { role: 'Clerk', goal: 'Note', tools: [jotDown] } },
  tasks: { note: { agent: 'clerk', context: [], description: 'Note {ticket} ({plan})' } },
});

/** Its guardrail complains with what the agent wrote, and then the run has failed of it. */
const failDesk = defineCrew({
  name: 'fail-desk',
  inputs,
  agents: { clerk: { role: 'Clerk', goal: 'Fail' } },
  tasks: {
    fail: {
      agent: 'clerk',
      context: [],
      description: 'Fail {ticket} ({plan})',
      guardrails: [({ output }) => String(output)],
      maxRetries: 0,
      onFailure: 'fail',
    },
  },
});

/** Crews through which a text of somebody else comes to every place of the page. */
export const FORGE_CREWS = [forgeDesk, payDesk, noteDesk, failDesk].map((crew) => crewDefinition(crew));

/** A run that carries the texts as an output, a claim, what was looked up, arguments and context. */
export function forgedRun(texts: readonly string[], record: unknown): Plan {
  const text = texts.join('\n\n');
  const [first = '', second = ''] = texts;
  const input = {
    ...Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ''])),
    record,
    target: second,
    amountUsd: 120,
  };
  return {
    read: [{ call: ['fetch_page', { query: first }] }, { output: text, reasoning: text, confidence: 0.5 }],
    file: [
      { say: text, call: ['file_record', input] },
      { say: text, call: ['file_record', { ...input, amountUsd: 180 }] },
      { output: 'Filed.' },
    ],
  };
}

export function forgedNote(note: string): Plan {
  return { note: [{ call: ['jot_down', { note }] }, { output: 'Noted.' }] };
}

export function forgedFailure(text: string): Plan {
  return { fail: [{ output: text }] };
}

export function paddedPayment(note: string): Plan {
  return { pay: [{ call: ['pay_out', { note, payee: 'Baltic Freight', amountUsd: 120 }] }, { output: 'Paid.' }] };
}

export function forgedQuestion(question: string, options: readonly string[]): Plan {
  return { pay: [{ call: ['ask_human', { question, options }] }, { output: 'Answered.' }] };
}

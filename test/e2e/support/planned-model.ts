import type { Model, ModelRequest } from '../../../src/crew/model.ts';

/** What the agent of a task says, one entry a turn: it calls a tool with words, or gives its answer. */
export type Turn =
  | { readonly say?: string; readonly call: readonly [tool: string, input: unknown] }
  | {
      readonly output: unknown;
      readonly reasoning?: string;
      readonly confidence?: number;
      /** It is all said, and the answer ends only then. */
      readonly until?: Promise<unknown>;
    };
export type Plan = Readonly<Record<string, readonly Turn[]>>;

export interface PlannedModel extends Model {
  /** Lays down what is said in a case. Returns its name, which the descriptions of tasks carry. */
  plan(plan: Plan): string;
}

/** A model that says in each task of each run exactly what was planned for it; the last turn stands for all that follow. */
export function plannedModel({ delayMs = 0 }: { delayMs?: number } = {}): PlannedModel {
  const plans = new Map<string, Plan>();
  return {
    type: 'model',
    name: 'planned',
    plan: (plan) => {
      const name = `case-${plans.size + 1}`;
      plans.set(name, plan);
      return name;
    },
    respond: async (request, { signal, onDelta }) => {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      signal.throwIfAborted();
      const turn = turnOf(request, plans);
      if ('call' in turn) {
        const [name, input] = turn.call;
        const id = `call_${request.messages.length}`;
        return {
          model: 'planned',
          text: turn.say ?? '',
          toolCalls: [{ id, name, arguments: JSON.stringify(input) }],
          usage: { inputTokens: 388, outputTokens: 96 },
        };
      }
      const { output, reasoning = 'As planned.', confidence = 0.9, until } = turn;
      onDelta?.('output', typeof output === 'string' ? output : JSON.stringify(output));
      await until;
      return {
        model: 'planned',
        text: JSON.stringify({ output, reasoning, confidence }),
        toolCalls: [],
        usage: { inputTokens: 412, outputTokens: 120 },
      };
    },
  };
}

function turnOf({ messages }: ModelRequest, plans: ReadonlyMap<string, Plan>): Turn {
  const first = messages.find(({ role }) => role === 'user')?.text ?? '';
  const task = /^Task: (\S+)/.exec(first)?.[1] ?? '';
  const name = /\(case-\d+\)/.exec(first)?.[0].slice(1, -1) ?? '';
  const turns = plans.get(name)?.[task] ?? [];
  const said = messages.filter(({ role }) => role === 'assistant').length;
  return turns[said] ?? turns.at(-1) ?? { output: 'Done.' };
}

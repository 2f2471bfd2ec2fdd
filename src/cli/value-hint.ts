import type { Hold } from '../hooks/hold.ts';
import { shellWord } from './shell-word.ts';

/** What `holds respond --value` takes for this hold, as people write it in a shell; null where it takes none. */
export function valueHint({ kind, proposal, schema, allowed }: Hold): string | null {
  if (!allowed.includes('respond')) return null;
  switch (kind) {
    case 'escalation':
    case 'run': {
      const [first = 'retry', ...others] = choicesOf(schema);
      const more = others.map((choice) => (choice === 'use' ? '"use" (with a "value")' : `"${choice}"`));
      return `${shellWord(JSON.stringify({ choice: first }))}, or ${more.join(', ')}`;
    }
    case 'question': {
      const [option = 'your answer', ...others] = (proposal as { options?: readonly string[] }).options ?? [];
      const more = others.length === 0 ? '' : `, or ${others.map((other) => JSON.stringify(other)).join(', ')}`;
      return `${shellWord(JSON.stringify(option))}${more}`;
    }
    default:
      return `JSON of the result: ${JSON.stringify(schema?.properties ?? schema ?? { type: 'string' })}`;
  }
}

function choicesOf(schema: Hold['schema']): readonly string[] {
  const { choice } = (schema?.properties ?? {}) as { choice?: { enum?: readonly string[] } };
  return choice?.enum ?? ['retry', 'fail'];
}

import type { Hold } from '../../../src/client/index.ts';
import { type Edited, evaluate, firstTab, type Problem, type Written } from '../edit/edit-state.ts';
import { asSchema, type Schema } from '../edit/schema-form.ts';
import { isObject } from '../text/show-json.ts';

/** The choices of a hold that asks how to go on, in the order that it offers them. */
export function choicesOf({ schema }: Hold): readonly string[] {
  const choice = asSchema(asSchema(schema?.properties).choice);
  return Array.isArray(choice.enum) ? choice.enum.map(String) : [];
}

/** The answers that a question offers; none where it takes any text. */
export function optionsOf(hold: Hold): readonly string[] {
  if (Array.isArray(hold.schema?.enum)) return hold.schema.enum.map(String);
  return (hold.kind === 'question' && hold.proposal.options) || [];
}

/** What is asked for: the result of what a person did, or the output that is used instead. */
export function valueSchema({ kind, schema }: Hold): Schema | null {
  if (kind === 'human') return schema;
  const value = asSchema(schema?.properties).value;
  return isObject(value) ? value : null;
}

/** What the form begins with: the output that there is, or an empty one of the right form. */
export function startOf(hold: Hold): unknown {
  const there: unknown = hold.kind === 'escalation' ? hold.proposal.output : undefined;
  const type = valueSchema(hold)?.type;
  const fits =
    type === 'string' ? typeof there === 'string' : type === 'object' ? isObject(there) : there !== undefined;
  if (fits && hold.kind !== 'human') return there;
  return type === 'string' ? '' : type === 'object' ? {} : null;
}

export function startWriting(hold: Hold): Written {
  return { tab: firstTab(startOf(hold), valueSchema(hold)), fields: {} };
}

export function evaluateAnswer(hold: Hold, written: Written): Edited {
  const schema = valueSchema(hold);
  const edited = evaluate(startOf(hold), schema, written);
  const missing: Problem[] = requiredOf(schema)
    .filter(
      (key) =>
        isObject(edited.value) &&
        !Object.hasOwn(edited.value, key) &&
        !edited.problems.some((problem) => problem.key === key),
    )
    .map((key) => ({ key, problem: 'Nothing is written here yet.', missing: true }));
  return { ...edited, problems: [...edited.problems, ...missing] };
}

function requiredOf(schema: Schema | null): readonly string[] {
  return Array.isArray(schema?.required) ? schema.required.map(String) : [];
}

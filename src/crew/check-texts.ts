import { complaintAboutName } from './check-name.ts';
import { checkSchema, isSchema, objectKeysOf } from './check-schema.ts';
import { type ConfigIssue, pathText } from './config-issue.ts';
import type { LooseCrew } from './loose-crew.ts';
import { didYouMean } from './near-miss.ts';
import { placeholdersOf } from './render-description.ts';

/** The keys of agents and tasks: there are some, and they are names. */
export function checkKeys(crew: LooseCrew): ConfigIssue[] {
  return (['agents', 'tasks'] as const).flatMap((list) => {
    const keys = [...crew[list].keys()];
    if (keys.length === 0) return [{ path: list, message: `A crew needs at least one of its \`${list}\`.` }];
    return keys.flatMap((key) => {
      const message = complaintAboutName(key);
      return message === null ? [] : [{ path: pathText([list, key]), message }];
    });
  });
}

export function checkSchemas(crew: LooseCrew): ConfigIssue[] {
  const schemas: [PropertyKey[], unknown][] = [
    [['inputs'], crew.inputs],
    ...[...crew.tasks].map(([key, task]): [PropertyKey[], unknown] => [['tasks', key, 'output'], task.output]),
  ];
  return schemas.flatMap(([path, schema]) => (isSchema(schema) ? checkSchema(schema, path) : []));
}

/** Placeholders in description templates are keys of the inputs, where those are known. */
export function checkPlaceholders(crew: LooseCrew): ConfigIssue[] {
  const keys = inputKeysOf(crew.inputs);
  if (keys === null) return [];
  return [...crew.tasks].flatMap(([key, { description }]) =>
    (typeof description === 'string' ? placeholdersOf(description) : [])
      .filter((name) => !keys.includes(name))
      .map((name) => ({ path: pathText(['tasks', key, 'description']), message: unknownInput(name, keys) })),
  );
}

function inputKeysOf(inputs: unknown): string[] | null {
  if (inputs === undefined) return [];
  return isSchema(inputs) ? objectKeysOf(inputs) : null;
}

function unknownInput(name: string, keys: readonly string[]): string {
  const remedy = didYouMean(name, keys) || ` Add it to the crew's inputs: z.strictObject({ ${name}: z.string() }).`;
  return `There is no input "${name}" for the placeholder {${name}}.${remedy}`;
}

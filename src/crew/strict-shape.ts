import { z } from 'zod';
import { type ConfigIssue, pathText } from './config-issue.ts';
import { didYouMean } from './near-miss.ts';

/** How a user's config is read: strict objects whose complaints name the key, its remedy, and the near miss. */
const UNKNOWN_KEYS_SEPARATOR = '\n';

/** An object in which a misspelt key is refused, with the key that was probably meant. */
export function strict<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(key, known)).join(UNKNOWN_KEYS_SEPARATOR)
        : undefined,
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  return `Unknown key "${key}".${didYouMean(key, known) || ` Known here: ${known.join(', ')}.`}`;
}

/** Reads a value by the one schema that fits what it looks like, so that a complaint is about what the user meant. */
export function pick<T extends z.ZodType>(schemaFor: (value: unknown) => T): z.ZodType<z.output<T>, unknown> {
  return z.unknown().transform((value, context): z.output<T> => {
    const read = schemaFor(value).safeParse(value, { error: explain });
    if (read.success) return read.data;
    for (const issue of read.error.issues) context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    return z.NEVER;
  });
}

/** A function, as it is: it cannot be looked into. */
export function func<F>(): z.ZodType<F, unknown> {
  return z.unknown().refine((value) => typeof value === 'function', {
    error: ({ input }) => (input === undefined ? 'Missing. Write a function.' : 'Write a function.'),
  }) as unknown as z.ZodType<F, unknown>;
}

export type Read<T> = { readonly value: T | null; readonly issues: readonly ConfigIssue[] };

/** The value read by `schema`, or null and all that is wrong with it. `at` is where the value stands. */
export function readShape<T>(schema: z.ZodType<T>, value: unknown, at: readonly PropertyKey[] = []): Read<T> {
  const read = schema.safeParse(value, { error: explain });
  if (read.success) return { value: read.data, issues: [] };
  return { value: null, issues: read.error.issues.flatMap((issue) => toIssues(issue, at)) };
}

function toIssues(issue: z.core.$ZodIssue, at: readonly PropertyKey[]): ConfigIssue[] {
  const path = [...at, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [{ path: pathText(path), message: issue.message }];
  const messages = issue.message.split(UNKNOWN_KEYS_SEPARATOR);
  return issue.keys.map((key, index) => ({
    path: pathText([...path, key]),
    message: messages[index] ?? issue.message,
  }));
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What zod found, in plain words. A message that a schema gives itself goes before this one. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = KINDS[String(issue.expected)] ?? String(issue.expected);
      return issue.input === undefined
        ? `Missing. Write ${expected}.`
        : `Write ${expected}, not ${shown(issue.input)}.`;
    }
    case 'invalid_value': {
      const values = (issue.values as readonly unknown[]).map(String);
      const choice = values.map((value) => `'${value}'`).join(', ');
      const near = typeof issue.input === 'string' ? didYouMean(issue.input, values) : '';
      return issue.input === undefined
        ? `Missing. Write one of ${choice}.`
        : `Write one of ${choice}, not ${shown(issue.input)}.${near}`;
    }
    case 'too_small':
      return outOfRange(issue, issue.inclusive ? 'at least' : 'more than', issue.minimum);
    case 'too_big':
      return outOfRange(issue, issue.inclusive ? 'at most' : 'less than', issue.maximum);
    default:
      return undefined;
  }
}

function outOfRange(issue: z.core.$ZodRawIssue, relation: string, limit: unknown): string {
  if (issue.origin === 'array') return `Name ${relation} ${limit}.`;
  if (issue.origin === 'string') return `Write ${relation} ${limit} characters.`;
  return `Write a number of ${relation} ${limit}, not ${shown(issue.input)}.`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

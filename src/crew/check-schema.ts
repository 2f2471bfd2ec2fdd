import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import type { Json } from '../json/json.ts';
import { type ConfigIssue, pathText } from './config-issue.ts';

type Path = readonly PropertyKey[];

export function isSchema(value: unknown): value is z.ZodType {
  if (typeof value !== 'object' || value === null || !('_zod' in value)) return false;
  const inner = value._zod;
  return typeof inner === 'object' && inner !== null && 'def' in inner;
}

/** The JSON Schema of a schema's parsed values, as plain data. Throws zod's error for what JSON Schema cannot say. */
export function jsonSchemaOf(schema: z.ZodType): { [key: string]: Json } {
  const { $schema: _dialect, ...jsonSchema } = z.toJSONSchema(schema, { io: 'output' });
  return JSON.parse(JSON.stringify(jsonSchema)) as { [key: string]: Json };
}

/**
 * What keeps a schema from being used: anything that JSON cannot carry, and transforms, since an approved value is never
 * parsed again. `at` is where the schema stands in the config; a complaint names the place inside it.
 */
export function checkSchema(schema: unknown, at: Path): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  walk(schema, at, new Set(), issues);
  return issues.length > 0 ? issues : checkJsonSchema(schema as z.ZodType, at);
}

function checkJsonSchema(schema: z.ZodType, at: Path): ConfigIssue[] {
  const path = pathText(at);
  try {
    const [once, again] = [jsonSchemaOf(schema), jsonSchemaOf(schema)].map(canonicalJson);
    if (once === again) return [];
    const message = 'A default here is another one each time. Make the default constant, and the value in a function.';
    return [{ path, message }];
  } catch (error) {
    return [{ path, message: `JSON Schema cannot say this: ${messageOf(error)}. Use types that JSON has.` }];
  }
}

const TRANSFORM =
  'Transforms are refused: what a person approves is used as it is and never parsed again. Use the plain type, and convert where the value is used.';
const REFUSED: Readonly<Record<string, string>> = {
  transform: TRANSFORM,
  pipe: TRANSFORM,
  success: TRANSFORM,
  promise: 'JSON has no promises. Use the type of the value itself.',
  date: 'JSON has no dates. Use z.iso.datetime() or z.iso.date().',
  bigint: 'JSON has no bigints. Use z.int(), or z.string() for large numbers.',
  map: 'JSON has no maps. Use z.record().',
  set: 'JSON has no sets. Use z.array().',
  undefined: 'JSON has no undefined. Use .optional() or z.null().',
  void: 'JSON has no undefined. Use .optional() or z.null().',
  symbol: 'JSON has no symbols. Use z.string().',
  nan: 'JSON has no NaN. Use z.number().nullable().',
  file: 'JSON has no files. Use z.string() with a path or an address.',
  function: 'JSON has no functions. Use the type of the value itself.',
  custom:
    'JSON Schema cannot say what z.custom() or z.instanceof() means. Use a type that JSON has, with .refine() if needed.',
};

/** The parts of zod's schema definitions that are walked; each kind of schema has some of them. */
interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly catchall?: unknown;
  readonly element?: unknown;
  readonly items?: readonly unknown[];
  readonly rest?: unknown;
  readonly options?: readonly unknown[];
  readonly left?: unknown;
  readonly right?: unknown;
  readonly keyType?: unknown;
  readonly valueType?: unknown;
  readonly innerType?: unknown;
  readonly getter?: () => unknown;
}

function walk(schema: unknown, at: Path, seen: Set<unknown>, issues: ConfigIssue[]): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  if (!isSchema(schema)) {
    issues.push({ path: pathText(at), message: 'Not a zod 4 schema. Write one, such as z.strictObject({ … }).' });
    return;
  }
  const def = schema._zod.def as unknown as Def;
  const message = Object.hasOwn(REFUSED, def.type) ? REFUSED[def.type] : undefined;
  if (message !== undefined) issues.push({ path: pathText(at), message });
  else for (const [part, inner] of partsOf(def)) walk(inner, [...at, ...part], seen, issues);
}

function partsOf(def: Def): [Path, unknown][] {
  const parts: [Path, unknown][] = Object.entries(def.shape ?? {}).map(([key, inner]) => [[key], inner]);
  if (def.element) parts.push([['items'], def.element]);
  for (const [index, inner] of (def.items ?? []).entries()) parts.push([[index], inner]);
  for (const inner of def.options ?? []) parts.push([[], inner]);
  if (def.valueType) parts.push([['*'], def.valueType]);
  for (const inner of [def.left, def.right, def.rest, def.keyType, def.innerType, def.catchall, def.getter?.()]) {
    if (inner) parts.push([[], inner]);
  }
  return parts;
}

/** The keys of an object schema, through wrappers such as `.readonly()`; null where any key may stand, or none can be known. */
export function objectKeysOf(schema: z.ZodType): string[] | null {
  const def = schema._zod.def as unknown as Def;
  if (def.type === 'object') {
    const open = isSchema(def.catchall) && def.catchall._zod.def.type !== 'never';
    return open ? null : Object.keys(def.shape ?? {});
  }
  return isSchema(def.innerType) ? objectKeysOf(def.innerType) : null;
}

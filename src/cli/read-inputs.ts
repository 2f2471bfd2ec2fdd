import { readFileSync } from 'node:fs';
import { HoldpointError, messageOf } from '../errors.ts';
import type { Json } from '../json/json.ts';

type Schema = { readonly [key: string]: Json };

export interface InputOptions {
  /** `key=value`, in order; a later one wins. */
  readonly input?: readonly string[];
  /** A JSON file, or JSON itself: `{ … }`. */
  readonly inputs?: string;
}

/**
 * The inputs of a run as the command line gives them: a file first, then each `--input`, typed by the crew's JSON Schema.
 * Whether they are the right ones is checked when the run starts.
 * @throws {HoldpointError} `USAGE`, `FILE_INVALID`.
 */
export function readInputs({ input = [], inputs }: InputOptions, schema: Schema | null): Json {
  const read: Record<string, Json> = inputs === undefined ? {} : { ...fromJson(inputs) };
  const properties = objectOf(schema?.properties);
  for (const pair of input) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined || value === undefined)
      throw new HoldpointError('USAGE', `--input takes key=value, not ${JSON.stringify(pair)}.`);
    const property = Object.hasOwn(properties, key) ? objectOf(properties[key]) : {};
    Object.defineProperty(read, key, {
      value: typed(key, value, property),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return read;
}

function fromJson(given: string): Record<string, Json> {
  const isInline = given.trimStart().startsWith('{');
  const value = parse(isInline ? given : readText(given), isInline ? '--inputs' : given);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, Json>;
  throw new HoldpointError(
    'FILE_INVALID',
    `${isInline ? '--inputs' : given} must hold a JSON object: { "name": value, … }.`,
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new HoldpointError('FILE_INVALID', `${path} cannot be read: ${messageOf(error)}. Check the path.`);
  }
}

function parse(text: string, from: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new HoldpointError('FILE_INVALID', `${from} is not JSON: ${messageOf(error)}.`);
  }
}

/** A text stays a text where the schema takes one; numbers, booleans and everything else are read as JSON. */
function typed(key: string, text: string, schema: Schema): Json {
  const types = typesOf(schema);
  if (types.has('string') && types.size === 1) return text;
  // The crew does not say, or does not know this input: it will complain by itself.
  if (types.size === 0) return text;
  const value = asJson(text);
  if (value !== undefined && types.has(typeOf(value))) return value;
  if (types.has('string')) return text;
  const wanted = [...types].join(' or ');
  throw new HoldpointError(
    'USAGE',
    `--input ${key}: ${JSON.stringify(text)} is not of type ${wanted}, which the crew asks for.`,
  );
}

function asJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The types of JSON that a schema takes; empty where it does not say. `integer` counts as number: the range is the crew's to check. */
function typesOf(schema: Schema): Set<string> {
  const types = new Set<string>();
  for (const type of [schema.type].flat())
    if (typeof type === 'string') types.add(type === 'integer' ? 'number' : type);
  for (const choice of [schema.anyOf, schema.oneOf, schema.allOf].flat())
    if (choice !== undefined) for (const type of typesOf(objectOf(choice))) types.add(type);
  const constants = Array.isArray(schema.enum) ? schema.enum : schema.const === undefined ? [] : [schema.const];
  if (types.size === 0) for (const constant of constants) types.add(typeOf(constant));
  return types;
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function objectOf(value: Json | undefined): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}

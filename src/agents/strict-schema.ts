import type { Json } from '../json/json.ts';

/** The JSON Schema keywords that OpenAI's strict mode takes (structured outputs guide, "Supported schemas"). */
const KEYWORDS = new Set(
  `$schema $ref $defs definitions title description type properties required additionalProperties items enum const anyOf
   pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems`.split(/\s+/),
);
const FORMATS = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid']);

/** Whether a schema may be sent with `strict: true`: every property required, no further ones, no defaults. */
export function isStrictSchema(schema: Json): boolean {
  if (!isObject(schema)) return false;
  return schema.type === 'object' && fits(schema);
}

function fits(schema: Json | undefined): boolean {
  if (!isObject(schema)) return false;
  const format = schema.format;
  if (Object.keys(schema).some((key) => !KEYWORDS.has(key))) return false;
  if (typeof format === 'string' && !FORMATS.has(format)) return false;
  if (saysNothing(schema) || (hasObjectType(schema) && !isClosed(schema))) return false;
  return parts(schema).every(fits);
}

function parts(schema: { readonly [key: string]: Json }): (Json | undefined)[] {
  const within = [schema.properties, schema.$defs, schema.definitions].filter(isObject).flatMap(Object.values);
  const choices = Array.isArray(schema.anyOf) ? schema.anyOf : [];
  return [...within, ...choices, ...('items' in schema ? [schema.items] : [])];
}

/** `{}` means "anything", which strict mode cannot promise. */
function saysNothing(schema: { readonly [key: string]: Json }): boolean {
  return !['type', '$ref', 'anyOf', 'enum', 'const'].some((key) => key in schema);
}

function hasObjectType(schema: { readonly [key: string]: Json }): boolean {
  const { type } = schema;
  return type === 'object' || (Array.isArray(type) && type.includes('object'));
}

function isClosed(schema: { readonly [key: string]: Json }): boolean {
  const { properties, required } = schema;
  if (!isObject(properties) || schema.additionalProperties !== false || !Array.isArray(required)) return false;
  return Object.keys(properties).every((key) => required.includes(key));
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

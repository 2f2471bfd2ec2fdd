import type { Json } from '../json/json.ts';

type Schema = { readonly [key: string]: Json };

/**
 * The schema of a final answer as servers can follow it. A task's own schema stands in it as it was written, as if it were a
 * whole document: its definitions move to the root, where its references look for them.
 */
export function answerSchemaOf(answer: Schema): Schema {
  const properties = asSchema(answer.properties);
  const { $schema: _, $defs = {}, ...output } = asSchema(properties.output);
  const refersToItself = hasSelfReference(output) || hasSelfReference($defs);
  const name = freeName(asSchema($defs));
  const pointed = (value: Json) => (refersToItself ? withSelfReferenceTo(`#/$defs/${name}`, value) : value);
  const definitions = {
    ...asSchema(answer.$defs),
    ...asSchema(pointed($defs)),
    ...(refersToItself ? { [name]: pointed(output) } : {}),
  };
  return {
    ...answer,
    properties: { ...properties, output: refersToItself ? { $ref: `#/$defs/${name}` } : output },
    ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
  };
}

function hasSelfReference(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (value as Schema).$ref === '#' || Object.values(value).some(hasSelfReference);
}

function withSelfReferenceTo(target: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withSelfReferenceTo(target, item));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value as Schema).map(([key, member]) => [
    key,
    key === '$ref' && member === '#' ? target : withSelfReferenceTo(target, member),
  ]);
  return Object.fromEntries(members) as Schema;
}

function freeName(taken: Schema): string {
  let name = 'output';
  while (Object.hasOwn(taken, name)) name += '_';
  return name;
}

function asSchema(value: Json | undefined): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}

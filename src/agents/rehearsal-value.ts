import type { Json } from '../json/json.ts';
import { stringFor } from './rehearsal-string.ts';

type Schema = { readonly [key: string]: Json };

/** Says what a text stands for, given the names of the members on the way to it (a list's items have no name). */
export type TextFor = (path: readonly string[]) => string;

/** Deeper than this, optional members and list items are left out: a schema may refer to itself. */
const DEEP = 6;
const ABYSS = 64;

/**
 * A value that satisfies a JSON Schema, always the same for the same schema: defaults, constants and the first of a choice
 * where there are some, texts that say what they stand for, else small plain values. Best effort: not every schema has an
 * answer that can be found this way.
 */
export function valueFor(schema: Json, textFor: TextFor): Json {
  return new Filler(asSchema(schema), textFor).value(asSchema(schema), []);
}

class Filler {
  readonly #root: Schema;
  readonly #textFor: TextFor;
  #depth = 0;

  constructor(root: Schema, textFor: TextFor) {
    this.#root = root;
    this.#textFor = textFor;
  }

  value(given: Schema, path: readonly string[]): Json {
    if (this.#depth >= ABYSS) return null;
    this.#depth++;
    try {
      return this.#fill(this.#resolved(given), path);
    } finally {
      this.#depth--;
    }
  }

  #fill(schema: Schema, path: readonly string[]): Json {
    if (schema.default !== undefined) return schema.default;
    if (schema.const !== undefined) return schema.const;
    if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0] as Json;
    const choice = this.#choice(schema);
    if (choice) return this.value({ ...without(schema, ['anyOf', 'oneOf']), ...choice }, path);
    switch (typeOf(schema)) {
      case 'object':
        return this.#object(schema, path);
      case 'array':
        return this.#array(schema, path);
      case 'string':
        return stringFor(schema, this.#textFor(path));
      case 'integer':
      case 'number':
        return numberFor(schema);
      case 'boolean':
        return true;
      default:
        return null;
    }
  }

  /** The first choice that is not null; deep down null, where it is allowed. */
  #choice(schema: Schema): Schema | null {
    const choices = [schema.anyOf, schema.oneOf]
      .find(Array.isArray)
      ?.map((choice: Json) => this.#resolved(asSchema(choice)));
    if (!choices || choices.length === 0) return null;
    const nothing = choices.find(({ type }) => type === 'null');
    if (nothing && this.#depth > DEEP) return nothing;
    return choices.find((choice) => choice !== nothing) ?? nothing ?? null;
  }

  #object(schema: Schema, path: readonly string[]): Json {
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    const filled: Record<string, Json> = {};
    for (const [key, member] of Object.entries(asSchema(schema.properties))) {
      if (this.#depth > DEEP && !required.has(key)) continue;
      // A computed key is a member of its own, also when it is called "__proto__".
      Object.defineProperty(filled, key, {
        value: this.value(asSchema(member), [...path, key]),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    this.#addFurther(filled, schema, path);
    return filled;
  }

  /** Members of a record: as many as it must have, with names that its rule for names allows. */
  #addFurther(filled: Record<string, Json>, schema: Schema, path: readonly string[]): void {
    const further = schema.additionalProperties;
    const isRecord = typeof further === 'object' && further !== null;
    const names = schema.propertyNames === undefined ? null : this.#resolved(asSchema(schema.propertyNames));
    const least = typeof schema.minProperties === 'number' ? schema.minProperties : 0;
    const wanted = isRecord && schema.properties === undefined && this.#depth <= DEEP ? Math.max(1, least) : least;
    const listed = Array.isArray(names?.enum) ? names.enum : [];
    const required = Array.isArray(schema.required) ? schema.required : [];
    const member = isRecord ? asSchema(further) : {};
    for (const name of required)
      if (!(String(name) in filled)) filled[String(name)] = this.value(member, [...path, String(name)]);
    for (let n = 0; Object.keys(filled).length < wanted && n < 1000; n++) {
      const name = n < listed.length ? String(listed[n]) : names ? stringFor(names, `item${n + 1}`) : `item${n + 1}`;
      if (!(name in filled)) filled[name] = this.value(member, [...path, name]);
    }
  }

  #array(schema: Schema, path: readonly string[]): Json {
    const items = (Array.isArray(schema.prefixItems) ? schema.prefixItems : []).map((item: Json) =>
      this.value(asSchema(item), path),
    );
    const least = typeof schema.minItems === 'number' ? schema.minItems : 0;
    const most = typeof schema.maxItems === 'number' ? schema.maxItems : Number.POSITIVE_INFINITY;
    const hasItems = typeof schema.items === 'object' && schema.items !== null;
    const wanted = Math.min(most, Math.max(least, hasItems && items.length === 0 && this.#depth <= DEEP ? 1 : 0));
    while (items.length < wanted) items.push(this.value(asSchema(schema.items), path));
    return items;
  }

  /** References followed, and the parts of `allOf` laid over each other. */
  #resolved(schema: Schema): Schema {
    let current = schema;
    for (let hops = 0; typeof current.$ref === 'string' && hops < ABYSS; hops++) {
      current = { ...this.#target(current.$ref), ...without(current, ['$ref']) };
    }
    if (!Array.isArray(current.allOf)) return current;
    const parts = current.allOf.map((part: Json) => this.#resolved(asSchema(part)));
    return parts.reduce(overlay, current.type === 'string' ? current : without(current, ['allOf']));
  }

  #target(reference: string): Schema {
    const steps = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
    let found: Json = this.#root;
    for (const step of steps) found = asSchema(found)[step.replaceAll('~1', '/').replaceAll('~0', '~')] ?? {};
    return asSchema(found);
  }
}

function overlay(under: Schema, over: Schema): Schema {
  const properties = { ...asSchema(under.properties), ...asSchema(over.properties) };
  const required = [under.required, over.required].filter(Array.isArray).flat() as Json[];
  return {
    ...under,
    ...over,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

function typeOf(schema: Schema): string {
  const { type } = schema;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return String(type.find((name) => name !== 'null') ?? 'null');
  if (schema.properties !== undefined || schema.additionalProperties !== undefined) return 'object';
  if (schema.items !== undefined || schema.prefixItems !== undefined) return 'array';
  // A schema that says nothing takes anything.
  return 'string';
}

/** Ten where that is allowed, else the allowed number nearest to it. */
function numberFor(schema: Schema): number {
  const step = typeof schema.multipleOf === 'number' ? schema.multipleOf : typeOf(schema) === 'integer' ? 1 : 0;
  const low = lowest(schema, step);
  const high = highest(schema, step);
  const near = Math.min(high, Math.max(low, 10));
  if (step === 0) return near;
  const below = Math.floor(near / step) * step;
  return below >= low ? below : Math.ceil(near / step) * step;
}

function lowest({ minimum, exclusiveMinimum, exclusiveMaximum, maximum }: Schema, step: number): number {
  const least = typeof minimum === 'number' ? minimum : Number.NEGATIVE_INFINITY;
  if (typeof exclusiveMinimum !== 'number' || exclusiveMinimum < least) return least;
  const ceiling = [maximum, exclusiveMaximum].find((bound) => typeof bound === 'number');
  return exclusiveMinimum + margin(exclusiveMinimum, typeof ceiling === 'number' ? ceiling : null, step);
}

function highest({ minimum, exclusiveMinimum, exclusiveMaximum, maximum }: Schema, step: number): number {
  const most = typeof maximum === 'number' ? maximum : Number.POSITIVE_INFINITY;
  if (typeof exclusiveMaximum !== 'number' || exclusiveMaximum > most) return most;
  const floor = [minimum, exclusiveMinimum].find((bound) => typeof bound === 'number');
  return exclusiveMaximum - margin(exclusiveMaximum, typeof floor === 'number' ? floor : null, step);
}

/** How far to stay from a bound that is excluded: one step, or a part of the way to the other bound. */
function margin(bound: number, other: number | null, step: number): number {
  if (step > 0) return step;
  return other === null ? 1 : Math.min(1, Math.abs(other - bound) / 4);
}

function without(schema: Schema, keys: readonly string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}

function asSchema(value: Json | undefined): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}

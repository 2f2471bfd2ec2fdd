import { isObject } from '../text/show-json.ts';

export type Schema = Readonly<Record<string, unknown>>;

/** One input of a form that is made from a JSON Schema. */
export interface Field {
  readonly key: string;
  readonly type: 'text' | 'number' | 'boolean' | 'choice' | 'json';
  /** What may be written, in words: "number above 0", "text, at most 140". */
  readonly rule: string;
  readonly description: string | null;
  readonly required: boolean;
  readonly choices: readonly unknown[];
  readonly long: boolean;
  readonly schema: Schema;
}

/** What a person wrote, as a value; or why it is none yet. */
export type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/** The fields of an object schema; null where a form would be no help, and the raw value is edited instead. */
export function fieldsOf(schema: Schema | null): Field[] | null {
  if (schema === null || !isObject(schema.properties)) return null;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([key, member]) =>
    fieldOf(key, asSchema(member), required.includes(key)),
  );
}

/** What stands in a form of which nothing was written yet: what the schema takes where nothing is given. */
export function defaultsOf(schema: Schema | null): Readonly<Record<string, unknown>> {
  if (schema === null || !isObject(schema.properties)) return {};
  return Object.fromEntries(
    Object.entries(schema.properties).flatMap(([key, member]) =>
      isObject(member) && 'default' in member ? [[key, member.default]] : [],
    ),
  );
}

function fieldOf(key: string, schema: Schema, required: boolean): Field {
  const choices = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : [];
  const type = choices.length > 0 ? 'choice' : typeOf(schema);
  const description = typeof schema.description === 'string' ? schema.description : null;
  const longest = typeof schema.maxLength === 'number' ? schema.maxLength : null;
  const rule = `${ruleOf(type, schema)}${required ? '' : ', may be left out'}`;
  return {
    key,
    type,
    rule,
    description,
    required,
    choices,
    long: type === 'text' && (longest === null || longest > 60),
    schema,
  };
}

function typeOf({ type }: Schema): Field['type'] {
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'integer') return 'number';
  return type === 'boolean' ? 'boolean' : 'json';
}

function ruleOf(type: Field['type'], schema: Schema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, format } = schema;
  const bounds = (names: readonly (readonly [unknown, string])[]) =>
    names
      .filter(([bound]) => typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER)
      .map(([bound, words]) => `${words} ${bound}`);
  switch (type) {
    case 'number': {
      const named = bounds([
        [exclusiveMinimum, 'above'],
        [minimum, 'at least'],
        [exclusiveMaximum, 'below'],
        [maximum, 'at most'],
      ]);
      return `${schema.type === 'integer' ? 'whole number' : 'number'} ${named.join(', ')}`.trimEnd();
    }
    case 'text': {
      const kind = typeof format === 'string' ? `text (${format})` : 'text';
      return [
        kind,
        ...bounds([
          [minLength === 1 ? null : minLength, 'at least'],
          [maxLength, 'at most'],
        ]),
      ].join(', ');
    }
    case 'boolean':
      return 'yes or no';
    case 'choice':
      return 'one of these';
    case 'json':
      return schema.type === 'array' ? 'list, as JSON' : 'JSON';
  }
}

/** What stands in the input for a value. */
export function writeField(field: Field, value: unknown): string {
  if (value === undefined) return '';
  if (field.type === 'text' && typeof value === 'string') return value;
  return field.type === 'json' || typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

/** Reads what stands in an input. An empty one that may be left out is `undefined`. */
export function readField(field: Field, written: string): Read {
  const { type, required, choices, schema } = field;
  if (written.trim() === '' && type !== 'text') {
    return required ? { ok: false, problem: 'Nothing is written here yet.' } : { ok: true, value: undefined };
  }
  switch (type) {
    case 'text':
      return readText(written, field);
    case 'number':
      return readNumber(written, schema);
    case 'boolean':
      return { ok: true, value: written === 'true' };
    case 'choice': {
      const found = choices.find((choice) => String(choice) === written);
      return found === undefined
        ? { ok: false, problem: `Choose one of: ${choices.map(String).join(', ')}.` }
        : { ok: true, value: found };
    }
    case 'json':
      return readJson(written);
  }
}

function readText(written: string, { required, schema }: Field): Read {
  const { minLength, maxLength } = schema;
  if (written === '' && !required) return { ok: true, value: undefined };
  if (typeof maxLength === 'number' && written.length > maxLength)
    return { ok: false, problem: `${written.length} characters; at most ${maxLength}.` };
  if (typeof minLength === 'number' && written.length < minLength)
    return {
      ok: false,
      problem: written === '' ? 'Nothing is written here yet.' : `At least ${minLength} characters.`,
    };
  return { ok: true, value: written };
}

function readNumber(written: string, schema: Schema): Read {
  const text = written.trim();
  if (/^-?\d+,\d{1,2}$/.test(text))
    return { ok: false, problem: `Not a number: "${text}" has a comma. Write ${text.replace(',', '.')}.` };
  if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text))
    return { ok: false, problem: `Write ${text.replaceAll(',', '')}, without commas.` };
  if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return { ok: false, problem: `Not a number: "${text}".` };
  const value = Number(text);
  if (!Number.isFinite(value)) return { ok: false, problem: `"${text}" is too large.` };
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (type === 'integer' && !Number.isInteger(value)) return { ok: false, problem: 'Write a whole number.' };
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
    return { ok: false, problem: `Write a number above ${exclusiveMinimum}.` };
  if (typeof minimum === 'number' && value < minimum) return { ok: false, problem: `Write at least ${minimum}.` };
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
    return { ok: false, problem: `Write a number below ${exclusiveMaximum}.` };
  if (typeof maximum === 'number' && value > maximum) return { ok: false, problem: `Write at most ${maximum}.` };
  return { ok: true, value };
}

export function readJson(written: string): Read {
  try {
    return { ok: true, value: JSON.parse(written) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `Not JSON yet: ${message.replace(/^JSON\.parse: /, '')}.` };
  }
}

export function asSchema(value: unknown): Schema {
  return isObject(value) ? value : {};
}

import { HoldpointError } from '../errors.ts';

/**
 * Canonical JSON after RFC 8785 (JSON Canonicalization Scheme): keys sorted by UTF-16 code units, no white space,
 * numbers and strings as ECMAScript writes them. `undefined` members are left out, as `JSON.stringify` does.
 *
 * @throws {HoldpointError} `JSON_INVALID` for what JSON cannot carry: NaN, infinities, bigint, functions, cycles, lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  return isCanonical(value, 0) ? JSON.stringify(value) : write(value, 0);
}

/** Deeper than this is refused: no real proposal is, and a hostile one must not overflow the stack. */
const MAX_DEPTH = 256;

/**
 * Whether `JSON.stringify` alone would write it canonically: all keys in order, nothing that JSON cannot carry. What is read from a
 * journal is so, and the engine's own writer is several times faster than ours.
 */
function isCanonical(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
      return true;
    case 'object':
      if (value === null) return true;
      if (depth >= MAX_DEPTH) return false;
      return Array.isArray(value) ? isCanonicalArray(value, depth + 1) : isCanonicalObject(value, depth + 1);
    default:
      return false;
  }
}

function isCanonicalArray(values: readonly unknown[], depth: number): boolean {
  for (let index = 0; index < values.length; index++) if (!isCanonical(values[index] ?? null, depth)) return false;
  return true;
}

function isCanonicalObject(value: object, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  let before = '';
  for (const key of Object.keys(value)) {
    if (key < before || !key.isWellFormed()) return false;
    before = key;
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined && !isCanonical(member, depth)) return false;
  }
  return true;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      if (!Number.isFinite(value)) throw invalid(`the number ${value}`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) throw invalid(`a value nested deeper than ${MAX_DEPTH} levels`);
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    default:
      throw invalid(`a ${typeof value}`);
  }
}

function writeString(value: string): string {
  if (!value.isWellFormed()) throw invalid('a string with a lone surrogate');
  return JSON.stringify(value);
}

function writeArray(values: readonly unknown[], depth: number): string {
  let text = '[';
  for (let index = 0; index < values.length; index++) text += (index ? ',' : '') + write(values[index] ?? null, depth);
  return `${text}]`;
}

function writeObject(value: object, depth: number): string {
  const plain = toPlain(value);
  let text = '{';
  for (const key of Object.keys(plain).sort()) {
    const member = plain[key];
    if (member !== undefined) text += `${text === '{' ? '' : ','}${writeString(key)}:${write(member, depth)}`;
  }
  return `${text}}`;
}

function toPlain(value: object): Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return value as Record<string, unknown>;
  throw invalid(`an instance of ${value.constructor?.name ?? 'a class'}`);
}

function invalid(what: string): HoldpointError {
  return new HoldpointError(
    'JSON_INVALID',
    `JSON cannot carry ${what}. Use plain objects, arrays, strings, finite numbers, booleans and null.`,
  );
}

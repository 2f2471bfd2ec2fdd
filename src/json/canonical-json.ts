import { HoldpointError } from '../errors.ts';

/**
 * Canonical JSON after RFC 8785 (JSON Canonicalization Scheme): keys sorted by UTF-16 code units, no white space,
 * numbers and strings as ECMAScript writes them. `undefined` members are left out, as `JSON.stringify` does.
 *
 * @throws {HoldpointError} `JSON_INVALID` for what JSON cannot carry: NaN, infinities, bigint, functions, cycles, lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  const inOrder = ordered(value, 0);
  return inOrder === UNUSUAL ? write(value, 0) : JSON.stringify(inOrder);
}

/** Deeper than this is refused: no real proposal is, and a hostile one must not overflow the stack. */
const MAX_DEPTH = 256;

const UNUSUAL = Symbol('unusual');

/**
 * The same value with all its keys in order, itself where they are, for the engine's own writer, which is several times faster than
 * ours. `UNUSUAL`: what JSON cannot carry, and keys that an object has in an order of its own.
 */
function ordered(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : UNUSUAL;
    case 'number':
      return Number.isFinite(value) ? value : UNUSUAL;
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return value;
      if (depth >= MAX_DEPTH) return UNUSUAL;
      return Array.isArray(value) ? orderedArray(value, depth + 1) : orderedObject(value, depth + 1);
    default:
      return UNUSUAL;
  }
}

function orderedArray(values: readonly unknown[], depth: number): unknown {
  let copy: unknown[] | null = null;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? null;
    const next = ordered(value, depth);
    if (next === UNUSUAL) return UNUSUAL;
    if (next === value) continue;
    copy ??= [...values];
    copy[index] = next;
  }
  return copy ?? values;
}

function orderedObject(value: object, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return UNUSUAL;
  const members = value as Readonly<Members>;
  const keys = Object.keys(members);
  let copy: Members | null = null;
  if (!areSorted(keys)) {
    keys.sort();
    copy = {};
  }
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    const member = members[key];
    if (member === undefined) continue;
    const next = key.isWellFormed() ? ordered(member, depth) : UNUSUAL;
    if (next === UNUSUAL) return UNUSUAL;
    if (next !== member) copy ??= Object.fromEntries(keys.slice(0, index).map((before) => [before, members[before]]));
    if (copy === null) continue;
    if (hasOrderOfItsOwn(key)) return UNUSUAL;
    copy[key] = next;
  }
  return copy ?? value;
}

type Members = Record<string, unknown>;

function areSorted(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index++)
    if ((keys[index] as string) < (keys[index - 1] as string)) return false;
  return true;
}

/** Keys that are numbers come first in an object and by size, and `__proto__` cannot be set as others are. */
function hasOrderOfItsOwn(key: string): boolean {
  const first = key.charCodeAt(0);
  return (first >= 48 && first <= 57) || key === '__proto__';
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

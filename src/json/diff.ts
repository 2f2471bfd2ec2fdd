import { canonicalJson } from './canonical-json.ts';
import type { Json } from './json.ts';

/** One change between two values. `path` is a JSON Pointer (RFC 6901); '' is the whole value. An absent side was not there. */
export interface Change {
  readonly path: string;
  readonly from?: Json;
  readonly to?: Json;
}

/** What changed from one value to another, member by member; arrays are compared by position. */
export function diff(from: Json | undefined, to: Json | undefined, path = ''): Change[] {
  if (from === undefined || to === undefined) {
    return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  }
  if (isContainer(from) && isContainer(to) && Array.isArray(from) === Array.isArray(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => {
      const before = memberOf(from, key);
      const after = memberOf(to, key);
      return before === undefined && after === undefined ? [] : diff(before, after, `${path}/${escapeKey(key)}`);
    });
  }
  return canonicalJson(from) === canonicalJson(to) ? [] : [{ path, from, to }];
}

type Container = Extract<Json, object>;

function isContainer(value: Json): value is Container {
  return typeof value === 'object' && value !== null;
}

function memberOf(value: Container, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? (value as Record<string, Json>)[key] : undefined;
}

function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

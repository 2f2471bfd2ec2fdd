import { isObject } from '../text/show-json.ts';

/** One member that a decision changed, or left as it was. A side that is absent was not there. */
export interface ChangeLine {
  /** How people call the member: "amountUsd", "items.0.name"; '' is the whole. */
  readonly name: string;
  readonly changed: boolean;
  readonly from?: unknown;
  readonly to?: unknown;
}

/**
 * What a modification changed, member by member, then what it left.
 * @param diff as the journal has it: `{ path, from?, to? }[]`, paths from the whole proposal
 * @param subject what the decision was about, without its wrapping; `wrapped`: it stands under `input`
 */
export function changeLines(diff: unknown, subject: unknown, wrapped: boolean): readonly ChangeLine[] {
  const changes = (Array.isArray(diff) ? diff : []).filter(isObject).map((change): ChangeLine & { first: string } => {
    const segments = segmentsOf(typeof change.path === 'string' ? change.path : '');
    const path = wrapped && segments[0] === 'input' ? segments.slice(1) : segments;
    return {
      name: path.join('.'),
      first: path[0] ?? '',
      changed: true,
      ...('from' in change ? { from: change.from } : {}),
      ...('to' in change ? { to: change.to } : {}),
    };
  });
  const touched = new Set(changes.map(({ first }) => first));
  const left = isObject(subject) && !touched.has('') ? Object.keys(subject).filter((key) => !touched.has(key)) : [];
  return [
    ...changes.map(({ first: _, ...line }) => line),
    ...left.map((name) => {
      const value = isObject(subject) ? subject[name] : undefined;
      return { name, changed: false, from: value, to: value };
    }),
  ];
}

/** The members that a JSON Pointer (RFC 6901) goes through. */
function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

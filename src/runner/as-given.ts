import { type ConfigIssue, pathText } from '../crew/config-issue.ts';
import { diff } from '../json/diff.ts';
import type { Json } from '../json/json.ts';

/**
 * Where a schema would use something else than a person wrote: members that it drops, values that it turns into others. What it adds
 * (defaults), and blanks that it takes off a text, are no difference. Whoever decides must know what will be used.
 */
export function changesOf(given: Json, used: Json): ConfigIssue[] {
  return diff(given, used).flatMap(({ path, from, to }): ConfigIssue[] => {
    if (from === undefined || isTrimmed(from, to)) return [];
    const message =
      to === undefined
        ? 'Its schema does not know this member and would leave it out. Correct its name, or leave it out'
        : `Its schema would use ${shown(to)} for ${shown(from)}. Write that, or another value`;
    return [{ path: textOf(path), message }];
  });
}

function isTrimmed(from: Json, to: Json | undefined): boolean {
  return typeof from === 'string' && typeof to === 'string' && from.trim() === to.trim();
}

const LONGEST_SHOWN = 60;

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** A JSON Pointer as a path is written in messages. */
function textOf(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  return pathText(
    parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~'))),
  );
}

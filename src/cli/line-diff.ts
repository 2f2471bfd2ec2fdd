import { diffLines } from 'diff';
import { paint } from './paint.ts';
import { visibleValue } from './visible-text.ts';

/** What changes from one value to another, line by line: `- before`, `+ after`, two spaces before what stays. */
export function lineDiff(before: unknown, after: unknown, stream: NodeJS.WritableStream = process.stderr): string[] {
  const parts = diffLines(withEnd(visibleValue(before)), withEnd(visibleValue(after)));
  return parts.flatMap(({ value, added, removed }) => {
    const lines = value.replace(/\n$/, '').split('\n');
    if (added) return lines.map((line) => paint('green', `+ ${line}`, stream));
    if (removed) return lines.map((line) => paint('red', `- ${line}`, stream));
    return lines.map((line) => `  ${line}`);
  });
}

function withEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

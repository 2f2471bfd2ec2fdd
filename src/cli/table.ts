import { visibleLine } from './visible-text.ts';

/** Rows as aligned columns; the last column is as long as it is. Everything in it is made visible. */
export function table(rows: readonly (readonly string[])[], { indent = '' }: { indent?: string } = {}): string[] {
  const shown = rows.map((row) => row.map((cell) => visibleLine(cell, 200)));
  const columns = Math.max(0, ...shown.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...shown.map((row) => [...(row[column] ?? '')].length)),
  );
  return shown.map((row) => {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - [...cell].length),
    );
    return `${indent}${cells.join('  ')}`.trimEnd();
  });
}

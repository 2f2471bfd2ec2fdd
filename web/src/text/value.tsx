import type { ReactNode } from 'react';
import { isObject, prettyJson, showJson } from './show-json.ts';
import { TextBlock } from './text-block.tsx';
import { VisibleText } from './visible-text.tsx';

/** Deeper, or with more members, a table of tables is harder to read than JSON. */
const DEEPEST = 4;
const MOST = 60;

/** A value as it is: text without quotes, short values as JSON on a line, larger ones as a list of names and values. */
export function Value({ value, depth = 0 }: { value: unknown; depth?: number }): ReactNode {
  if (typeof value === 'string') {
    if (value === '') return <span className="quiet">empty text</span>;
    return value.length > 280 ? <TextBlock text={value} /> : <VisibleText text={value} />;
  }
  if (value === undefined) return <span className="quiet">not there</span>;
  const line = showJson(value);
  if (typeof value !== 'object' || value === null || line.length <= 100) return <VisibleText text={line} />;
  const members = Object.entries(value);
  if (depth >= DEEPEST || members.length > MOST) {
    return (
      <pre className="pretty">
        <VisibleText text={prettyJson(value)} />
      </pre>
    );
  }
  return <Members members={members} isList={!isObject(value)} depth={depth} />;
}

function Members({
  members,
  isList,
  depth,
}: {
  members: readonly (readonly [string, unknown])[];
  isList: boolean;
  depth: number;
}) {
  return (
    <dl className="nested">
      {members.map(([key, member]) => (
        <div key={key}>
          <dt>{isList ? Number(key) + 1 : <VisibleText text={key} />}</dt>
          <dd>
            <Value value={member} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether a value takes more than a line or two. */
export function isLong(value: unknown): boolean {
  if (typeof value === 'string') return value.length > 80 || value.includes('\n');
  return typeof value === 'object' && value !== null && showJson(value).length > 60;
}

/** Whether a value may take more than the room it gets, and then scrolls in its place. */
export function isVeryLong(value: unknown): boolean {
  const text = typeof value === 'string' ? value : prettyJson(value);
  return text.length > 700 || text.split('\n').length > 8;
}

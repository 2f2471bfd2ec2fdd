import { MarkedSide } from '../text/marked-side.tsx';
import { showJson } from '../text/show-json.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { WordDiff } from '../text/word-diff-view.tsx';
import type { ChangeLine } from './changes.ts';

/** What a reviewer put in place of the proposal, beside what stood there. */
export function ChangesBox({ heading, lines }: { heading: string; lines: readonly ChangeLine[] }) {
  const [only] = lines;
  const isText =
    lines.length === 1 && only?.name === '' && typeof only.from === 'string' && typeof only.to === 'string';
  return (
    <section className="audit-box" aria-label={heading}>
      <h2>{heading}</h2>
      {isText ? (
        <div className="audit-text">
          <WordDiff from={String(only.from)} to={String(only.to)} />
        </div>
      ) : (
        <table className="lines">
          <caption className="vh">Difference between the proposal and what was approved</caption>
          {lines.map((line) => (
            <Line key={line.name} line={line} />
          ))}
        </table>
      )}
    </section>
  );
}

function Line({ line }: { line: ChangeLine }) {
  const { name, changed } = line;
  const [from, to] = [said(line, 'from'), said(line, 'to')];
  if (!changed) {
    return (
      <tbody>
        <tr>
          <td />
          <th scope="row">
            <VisibleText text={name} />
          </th>
          <td>
            <VisibleText text={to ?? ''} />
          </td>
        </tr>
      </tbody>
    );
  }
  return (
    <tbody className="pair">
      {from !== null && (
        <tr className="del">
          <td>
            −<span className="vh"> removed</span>
          </td>
          <th scope="row">
            <VisibleText text={name} />
          </th>
          <td>{to === null ? <VisibleText text={from} /> : <MarkedSide from={from} to={to} side="removed" />}</td>
        </tr>
      )}
      {to !== null && (
        <tr className="add">
          <td>
            +<span className="vh"> added</span>
          </td>
          <th scope="row">
            <VisibleText text={name} />
          </th>
          <td>{from === null ? <VisibleText text={to} /> : <MarkedSide from={from} to={to} side="added" />}</td>
        </tr>
      )}
    </tbody>
  );
}

function said(line: ChangeLine, side: 'from' | 'to'): string | null {
  return side in line ? showJson(line[side]) : null;
}

import { lazy, Suspense, useState } from 'react';
import { VisibleText } from './visible-text.tsx';

const SafeMarkdown = lazy(() => import('./safe-markdown.tsx'));

const LOOKS_MARKED = /^#{1,6} |^\s*[-*+] |^\s*\d+\. |\*\*|__|`|^\s*>|\]\(|^\|/m;

/** A longer text of somebody else: as safe markdown where it is marked up, with a raw view of every character. */
export function TextBlock({ text }: { text: string }) {
  const marked = LOOKS_MARKED.test(text);
  const [raw, setRaw] = useState(false);
  return (
    <div className="textblock">
      {marked && (
        <button type="button" className="link textblock-switch" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          {raw ? 'Show as read' : 'Show raw'}
        </button>
      )}
      {marked && !raw ? (
        <Suspense fallback={<RawText text={text} />}>
          <SafeMarkdown text={text} />
        </Suspense>
      ) : (
        <RawText text={text} />
      )}
    </div>
  );
}

export function RawText({ text }: { text: string }) {
  return (
    <div className="rawtext">
      <VisibleText text={text} />
    </div>
  );
}

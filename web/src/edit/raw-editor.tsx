import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';

interface RawEditorProps {
  readonly original: string;
  readonly value: string;
  readonly onWrite: (text: string) => void;
}

/** Raw JSON beside the agent's, with the difference as it is written. Tab leaves the editor, as it leaves any other field. */
export default function RawEditor({ original, value, onWrite }: RawEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const write = useRef(onWrite);
  write.current = onWrite;
  const first = useRef(value);
  useEffect(() => {
    if (!place.current) return;
    const common = [
      json(),
      lineNumbers(),
      highlightSpecialChars({
        addSpecialChars: /\u034f|[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
      }),
      EditorView.lineWrapping,
    ];
    const view = new MergeView({
      parent: place.current,
      gutter: true,
      highlightChanges: true,
      a: {
        doc: original,
        extensions: [
          ...common,
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({ 'aria-label': "The agent's, as JSON" }),
        ],
      },
      b: {
        doc: first.current,
        extensions: [
          ...common,
          history(),
          keymap.of([...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'), ...historyKeymap]),
          EditorView.contentAttributes.of({ 'aria-label': 'Yours, as JSON' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) write.current(update.state.doc.toString());
          }),
        ],
      },
    });
    view.b.focus();
    return () => view.destroy();
  }, [original]);
  return (
    <div className="raweditor">
      <div className="raweditor-heads" aria-hidden="true">
        <span>The agent's</span>
        <span>Yours</span>
      </div>
      <div ref={place} />
    </div>
  );
}

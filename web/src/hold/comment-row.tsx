import type { Hold } from '../../../src/client/index.ts';
import { useDeskStore } from '../desk/use-desk.ts';
import { useSending } from '../use-sending.ts';
import { WordsRow } from './words-row.tsx';

interface CommentRowProps {
  readonly hold: Hold;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onDone: () => void;
  readonly onBack: () => void;
}

/** Words for the other reviewers; they decide nothing, and the agent does not get them. */
export function CommentRow({ hold, text, onText, onDone, onBack }: CommentRowProps) {
  const store = useDeskStore();
  const { sending, problem, send } = useSending();
  const add = () =>
    void send(async () => {
      store.putHold(await store.client.comment(hold, text.trim()));
      onDone();
    });
  return (
    <WordsRow
      heading="Comment for the other reviewers"
      words={text}
      onWords={onText}
      hint="It decides nothing, and the agent does not get it. It stays in the journal."
      button={{ label: 'Add the comment' }}
      missing={text.trim() === '' || sending ? '' : null}
      problem={problem}
      onSend={add}
      onBack={onBack}
    />
  );
}

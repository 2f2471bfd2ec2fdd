import type { Hold } from '../../../src/client/index.ts';
import { approveLabel, shortAct } from './act-sentence.ts';
import { WordsRow } from './words-row.tsx';

interface ApproveRowProps {
  readonly hold: Hold;
  readonly reason: string;
  readonly blocked: string | null;
  readonly onReason: (reason: string) => void;
  readonly onSend: (reason: string) => void;
  readonly onBack: () => void;
}

/** Why yes: asked only where the policy of the hold refuses an approval without words. */
export function ApproveRow({ hold, reason, blocked, onReason, onSend, onBack }: ApproveRowProps) {
  return (
    <WordsRow
      heading={`Why do you approve “${shortAct(hold)}”?`}
      aside="this policy asks for a reason"
      label="In your words"
      words={reason}
      onWords={onReason}
      hint="It stays in the journal, under your name."
      button={{ label: approveLabel(hold) }}
      missing={reason.trim() === '' ? 'Write why first.' : blocked}
      onSend={() => onSend(reason.trim())}
      onBack={onBack}
    />
  );
}

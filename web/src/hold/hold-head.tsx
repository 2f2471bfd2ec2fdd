import type { Hold } from '../../../src/client/index.ts';
import { linkTo } from '../router.ts';
import { Icon, Mark } from '../shell/icons.tsx';
import type { MarkName } from '../shell/mark-name.ts';
import { CopyId } from '../text/copy-id.tsx';
import { Ago, At } from '../text/moments.tsx';
import { shortId } from '../text/show-person.ts';
import { showDuration } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useNow } from '../use-now.ts';
import { headline, sentenceOf } from './act-sentence.ts';
import { CancelRun } from './cancel-run.tsx';
import { undoWords } from './undo-words.ts';
import { useUndoWindow } from './use-undo-window.ts';

const KINDS: Readonly<Record<Hold['kind'], { readonly mark: MarkName; readonly word: string }>> = {
  action: { mark: 'approval', word: 'approval' },
  oversight: { mark: 'approval', word: 'signature' },
  human: { mark: 'human', word: 'human' },
  question: { mark: 'human', word: 'question' },
  escalation: { mark: 'human', word: 'escalation' },
  run: { mark: 'human', word: 'run stopped' },
  before: { mark: 'confirm', word: 'confirm before' },
  after: { mark: 'confirm', word: 'confirm' },
};

/** The act as one sentence, and only what changes the answer. */
export function HoldHead({ hold }: { hold: Hold }) {
  const { mark, word } = KINDS[hold.kind];
  const sentence = sentenceOf(hold);
  return (
    <header>
      <div className="crumbs">
        <span className={`tier t-${mark}`}>
          <Mark name={mark} />
          {word}
        </span>
        {hold.action && <code className="strong">{hold.action.tool}</code>}
        <span>
          {hold.crew}
          {hold.task === null ? '' : ` / ${hold.task}`}
        </span>
        {hold.agent && <span className="wide">{hold.agent}</span>}
        <Due hold={hold} />
      </div>
      <h1 className={sentence.length > 100 ? 'act act-long' : 'act'} id="act">
        <VisibleText text={headline(sentence)} />
      </h1>
      <ul className="effects">
        <Effects hold={hold} />
        <li className="wide quiet">
          opened <Ago at={hold.openedAt} />
        </li>
        {hold.runId !== null && (
          <li className="push small">
            <a {...linkTo({ page: 'run', runId: hold.runId })}>run</a>{' '}
            <CopyId id={hold.runId} shown={shortId(hold.runId)} what="the run's id" />
            {hold.status === 'open' && <CancelRun runId={hold.runId} crew={hold.crew ?? 'this run'} />}
          </li>
        )}
      </ul>
    </header>
  );
}

function Due({ hold }: { hold: Hold }) {
  const now = useNow(1_000);
  const { dueAt } = hold.review;
  // What is closed is not late any more; when it was closed stands below.
  if (hold.status !== 'open') return null;
  if (dueAt === null) return <span className="push due quiet">no deadline</span>;
  const left = Date.parse(dueAt) - now;
  return (
    <span className={left <= 0 ? 'push due is-over' : 'push due'}>
      <Icon name="clock" small />
      {left <= 0 ? `${showDuration(-left)} overdue` : `due in ${showDuration(left)}`}{' '}
      <span className="quiet">
        {left <= 0 ? 'since' : 'at'} <At at={dueAt} />
      </span>
    </span>
  );
}

function Effects({ hold }: { hold: Hold }) {
  const { blocks } = hold;
  const undo = undoWords(hold, useUndoWindow(hold));
  return (
    <>
      {undo !== null && (
        <li className={undo.can ? undefined : 'strong'}>
          <Icon name={undo.can ? 'undo' : 'noUndo'} />
          {undo.words}
        </li>
      )}
      {blocks.length > 0 && (
        <li className="wide">
          <Icon name="link" />
          <span>
            <code>{blocks.slice(0, 3).join(', ')}</code>
            {blocks.length > 3 ? ` and ${blocks.length - 3} more wait` : blocks.length === 1 ? ' waits' : ' wait'} for
            this
          </span>
        </li>
      )}
    </>
  );
}

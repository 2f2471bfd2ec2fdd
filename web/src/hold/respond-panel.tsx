import { useId } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { type Edited, formOf, type Problem, type Written } from '../edit/edit-state.ts';
import { SchemaField } from '../edit/schema-field.tsx';
import { writeField } from '../edit/schema-form.ts';
import { isObject } from '../text/show-json.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { ReasonField } from './reason-field.tsx';
import { choicesOf, optionsOf, startOf, valueSchema } from './respond-state.ts';

export interface RespondPanelProps {
  readonly hold: Hold;
  readonly choice: string | null;
  readonly written: Written;
  readonly edited: Edited;
  readonly problems: readonly Problem[];
  readonly reason: string;
  readonly onChoice: (choice: string) => void;
  readonly onWrite: (written: Written) => void;
  readonly onReason: (reason: string) => void;
}

const CHOICES: Readonly<Record<string, { readonly words: string; readonly next: (hold: Hold) => string }>> = {
  retry: {
    words: 'Retry',
    next: ({ action, task }) =>
      action ? `${action.tool} runs again, without another approval.` : `${task ?? 'It'} goes on with a fresh try.`,
  },
  use: { words: 'Use a result', next: () => 'What you write counts as the result, and the crew goes on with it.' },
  skip: { words: 'Skip', next: ({ task }) => `${task ?? 'The task'} is skipped, and what needs its output as well.` },
  fail: { words: 'Fail', next: ({ task }) => (task === null ? 'The run ends as failed.' : `${task} ends as failed.`) },
};

/** The answer of a hold that no yes can answer. */
export function RespondPanel(props: RespondPanelProps) {
  const { hold } = props;
  switch (hold.kind) {
    case 'question':
      return <Question {...props} />;
    case 'human':
      return (
        <section className="answer" aria-labelledby="answer">
          <h2 id="answer">What came of it</h2>
          <p className="soft small">
            Do it outside first. What you write here is what the agent gets as the result of {hold.action?.tool}.
          </p>
          <ResultFields {...props} />
          <Reason {...props} />
        </section>
      );
    default:
      return <Choice {...props} />;
  }
}

function Choice(props: RespondPanelProps) {
  const { hold, choice, onChoice } = props;
  const name = useId();
  return (
    <section className="answer" aria-labelledby="answer">
      <fieldset>
        <legend>
          <h2 id="answer">How does it go on?</h2>
        </legend>
        <div className="choices">
          {choicesOf(hold).map((key, index) => (
            <label key={key} className="choice">
              <input type="radio" name={name} value={key} checked={choice === key} onChange={() => onChoice(key)} />
              <kbd>{index + 1}</kbd>
              <span>
                <b>{CHOICES[key]?.words ?? key}</b>
                <br />
                <span className="soft small">{CHOICES[key]?.next(hold) ?? ''}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {choice === 'use' && <ResultFields {...props} />}
      <Reason {...props} />
    </section>
  );
}

function Question(props: RespondPanelProps) {
  const { hold, choice, written, problems, onChoice, onWrite } = props;
  const id = useId();
  const options = optionsOf(hold);
  // An answer says what it means; words beside it are asked for only where the policy does.
  const asksWhy = hold.review.reasonRequired.includes('respond');
  if (options.length > 0) {
    return (
      <section className="answer" aria-labelledby="answer">
        <fieldset>
          <legend>
            <h2 id="answer">Your answer</h2>
          </legend>
          <div className="choices">
            {options.map((option, index) => (
              <label key={option} className="choice">
                <input
                  type="radio"
                  name={id}
                  value={option}
                  checked={choice === option}
                  onChange={() => onChoice(option)}
                />
                {index < 9 && <kbd>{index + 1}</kbd>}
                <span>
                  <VisibleText text={option} />
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <ProblemLines problems={problems} />
        {asksWhy && <Reason {...props} />}
      </section>
    );
  }
  return (
    <section className="answer" aria-labelledby="answer">
      <h2 id="answer">
        <label htmlFor={id}>Your answer</label>
      </h2>
      <textarea
        id={id}
        className="input text"
        rows={4}
        value={written.fields[''] ?? ''}
        onChange={(event) => onWrite({ tab: 'text', fields: { '': event.target.value } })}
      />
      <p className="hint">The agent reads this word for word, and it stays in the journal.</p>
      <ProblemLines problems={problems} />
      {asksWhy && <Reason {...props} />}
    </section>
  );
}

function ResultFields({ hold, written, problems, onWrite }: RespondPanelProps) {
  const id = useId();
  const start = startOf(hold);
  const form = formOf(start, valueSchema(hold));
  if (form === null || written.tab !== 'form') {
    const text = written.fields[''] ?? (typeof start === 'string' ? start : JSON.stringify(start, null, 2));
    return (
      <div className="field">
        <label htmlFor={id}>
          result <span>{written.tab === 'text' ? 'text' : 'JSON'}</span>
        </label>
        <textarea
          id={id}
          className="input"
          rows={5}
          value={text}
          onChange={(event) => onWrite({ tab: written.tab, fields: { '': event.target.value } })}
        />
        <ProblemLines problems={problems} />
      </div>
    );
  }
  return (
    <div className="answer-fields">
      {form.map((field) => (
        <SchemaField
          key={field.key}
          field={field}
          written={written.fields[field.key] ?? writeField(field, isObject(start) ? start[field.key] : undefined)}
          problem={
            written.fields[field.key] === undefined ? undefined : problems.find(({ key }) => key === field.key)?.problem
          }
          onWrite={(text) => onWrite({ tab: 'form', fields: { ...written.fields, [field.key]: text } })}
        />
      ))}
      <ProblemLines problems={problems.filter(({ key }) => key === '')} />
    </div>
  );
}

function ProblemLines({ problems }: { problems: readonly Problem[] }) {
  return problems.map(({ key, problem }) => (
    <p className="err" key={`${key} ${problem}`}>
      {problem}
    </p>
  ));
}

function Reason({ hold, reason, onReason }: RespondPanelProps) {
  return (
    <ReasonField
      reason={reason}
      required={hold.review.reasonRequired.includes('respond')}
      note="it stays in the journal"
      onReason={onReason}
    />
  );
}

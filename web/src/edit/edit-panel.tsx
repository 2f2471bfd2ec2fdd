import { lazy, Suspense, useId } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { focusAtStart } from '../focus-at-start.ts';
import { countHidden } from '../hidden-characters.ts';
import { Bound } from '../hold/exact-box.tsx';
import { editableOf } from '../hold/proposal-rows.ts';
import { ReasonField } from '../hold/reason-field.tsx';
import { MarkedSide } from '../text/marked-side.tsx';
import { isObject, showJson } from '../text/show-json.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { WordDiff } from '../text/word-diff-view.tsx';
import { type Edited, type EditTab, formOf, type Problem, rawText, type Written, wholeText } from './edit-state.ts';
import { SchemaField } from './schema-field.tsx';
import { type Field, writeField } from './schema-form.ts';

const RawEditor = lazy(() => import('./raw-editor.tsx'));

export interface EditPanelProps {
  readonly hold: Hold;
  readonly written: Written;
  readonly edited: Edited;
  readonly problems: readonly Problem[];
  readonly reason: string;
  readonly onWrite: (written: Written) => void;
  readonly onReason: (reason: string) => void;
}

const TAB_WORDS: Readonly<Record<EditTab, string>> = { form: 'Form', text: 'Text', raw: 'Raw JSON' };

/** Stands in place of the box: what the reviewer puts in its stead, and how it differs. */
export function EditPanel({ hold, written, edited, problems, reason, onWrite, onReason }: EditPanelProps) {
  const original = editableOf(hold);
  const form = formOf(original, hold.schema);
  const tabs: EditTab[] = typeof original === 'string' ? ['text'] : form === null ? ['raw'] : ['form', 'raw'];
  const total = isObject(original) ? Object.keys(original).length : 1;
  const change = (tab: EditTab) => {
    if (tab === written.tab) return;
    // What was written is taken along as far as it can be read.
    onWrite(
      tab === 'raw'
        ? { tab, fields: { '': rawText(original, edited.value) } }
        : { tab, fields: fieldsFor(form ?? [], edited.value) },
    );
  };
  return (
    <>
      <section className="exact" aria-labelledby="exact">
        <header>
          <h2 id="exact">
            {hold.kind === 'action'
              ? 'Edit what will run'
              : hold.kind === 'before'
                ? 'Edit what will be asked'
                : 'Edit what goes on'}
          </h2>
          {edited.changed.length > 0 && <span className="tag chg">{changedWords(edited, total)}</span>}
          {tabs.length > 1 && (
            <fieldset className="tabs">
              <legend className="vh">How to edit</legend>
              {tabs.map((tab) => (
                <button
                  key={tab}
                  type="button"
                  className="tab"
                  aria-pressed={tab === written.tab}
                  onClick={() => change(tab)}
                >
                  {TAB_WORDS[tab]}
                </button>
              ))}
            </fieldset>
          )}
          <Bound hold={hold} words="against " />
        </header>
        {written.tab === 'raw' ? (
          <>
            <Suspense fallback={<p className="whole quiet">Opening the editor…</p>}>
              <RawEditor
                original={wholeText(original, 'raw')}
                value={written.fields[''] ?? wholeText(original, 'raw')}
                onWrite={(text) => onWrite({ tab: 'raw', fields: { '': text } })}
              />
            </Suspense>
            <Problems problems={problems} />
            <Why hold={hold} reason={reason} onReason={onReason} />
          </>
        ) : (
          <div className="edit">
            <form
              aria-label={`Your version of ${hold.action?.tool ?? hold.task ?? 'this'}`}
              onSubmit={(event) => event.preventDefault()}
            >
              {written.tab === 'text' || form === null ? (
                <TextEditor
                  written={written.fields[''] ?? wholeText(original, 'text')}
                  onWrite={(text) => onWrite({ tab: 'text', fields: { '': text } })}
                  problems={problems}
                />
              ) : (
                form.map((field, index) => {
                  const before = isObject(original) ? original[field.key] : undefined;
                  const text = written.fields[field.key] ?? writeField(field, before);
                  return (
                    <SchemaField
                      key={field.key}
                      field={field}
                      written={text}
                      autoFocus={index === 0}
                      problem={problems.find(({ key }) => key === field.key)?.problem}
                      hint={hintOf(before, text)}
                      onWrite={(value) => onWrite({ tab: 'form', fields: { ...written.fields, [field.key]: value } })}
                    />
                  );
                })
              )}
              {written.tab === 'form' && <Problems problems={problems.filter(({ key }) => key === '')} />}
            </form>
            <div className="diff">
              <h3>Your version against the agent's</h3>
              {written.tab === 'text' || form === null ? (
                <div className="diff-text">
                  <WordDiff from={wholeText(original, 'text')} to={written.fields[''] ?? wholeText(original, 'text')} />
                </div>
              ) : (
                <FieldDiff
                  form={form}
                  original={isObject(original) ? original : {}}
                  edited={edited}
                  written={written.fields}
                />
              )}
              <Why hold={hold} reason={reason} onReason={onReason} />
            </div>
          </div>
        )}
      </section>
      <p className="soft small edit-note">
        When you approve, yours {hold.kind === 'action' ? 'runs' : 'is used'} and not the agent's. It is checked again
        first (schema, guardrails, tier). The agent is told that its proposal was replaced; both stay in the journal.
      </p>
    </>
  );
}

function changedWords({ changed }: Edited, total: number): string {
  if (changed.includes('')) return 'changed by you';
  return `${changed.length} of ${Math.max(total, changed.length)} changed by you`;
}

function fieldsFor(form: readonly Field[], value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(form.map((field) => [field.key, writeField(field, value[field.key])]));
}

function hintOf(before: unknown, written: string): string | undefined {
  if (typeof before !== 'string') return undefined;
  const [was, is] = [countHidden(before), countHidden(written)];
  if (was === 0 && is === 0) return undefined;
  if (is === 0) return was === 1 ? 'The hidden character is gone.' : 'The hidden characters are gone.';
  return is === 1
    ? 'It holds 1 hidden character; the difference shows where.'
    : `It holds ${is} hidden characters; the difference shows where.`;
}

function TextEditor({
  written,
  problems,
  onWrite,
}: {
  written: string;
  problems: readonly Problem[];
  onWrite: (text: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        Your text <span>{written.length} characters</span>
      </label>
      <textarea
        id={id}
        className="input text"
        rows={14}
        value={written}
        aria-invalid={problems.length > 0 || undefined}
        ref={focusAtStart}
        onChange={(event) => onWrite(event.target.value)}
      />
      <Problems problems={problems} />
    </div>
  );
}

function Problems({ problems }: { problems: readonly Problem[] }) {
  return problems.map(({ key, problem }) => (
    <p className="err err-block" key={`${key} ${problem}`}>
      {key === '' ? problem : `${key}: ${problem}`}
    </p>
  ));
}

function Why({ hold, reason, onReason }: Pick<EditPanelProps, 'hold' | 'reason' | 'onReason'>) {
  return (
    <div className="why-edit">
      <ReasonField
        reason={reason}
        required={hold.review.reasonRequired.includes('modify')}
        note="the agent reads it"
        onReason={onReason}
      />
    </div>
  );
}

interface FieldDiffProps {
  readonly form: readonly Field[];
  readonly original: Readonly<Record<string, unknown>>;
  readonly edited: Edited;
  readonly written: Readonly<Record<string, string>>;
}

/** The same fields in the same order; a changed one as two lines. */
function FieldDiff({ form, original, edited, written }: FieldDiffProps) {
  const after = isObject(edited.value) ? edited.value : {};
  return (
    <table className="lines">
      <caption className="vh">Difference between the agent's proposal and your edit</caption>
      {form.map(({ key }) => {
        const broken = edited.problems.some((problem) => problem.key === key);
        const [from, to] = [lineOf(original[key]), broken ? (written[key] ?? '') : lineOf(after[key])];
        if (!edited.changed.includes(key)) {
          return (
            <tbody key={key}>
              <tr>
                <td />
                <th scope="row">{key}</th>
                <td>
                  <VisibleText text={from} />
                </td>
              </tr>
            </tbody>
          );
        }
        return (
          <tbody key={key} className="pair">
            {original[key] !== undefined && (
              <tr className="del">
                <td>
                  −<span className="vh"> removed</span>
                </td>
                <th scope="row">{key}</th>
                <td>
                  <MarkedSide from={from} to={to} side="removed" />
                </td>
              </tr>
            )}
            <tr className="add">
              <td>
                +<span className="vh"> added</span>
              </td>
              <th scope="row">{key}</th>
              <td>
                {broken ? (
                  <>
                    <span className="not-yet">
                      <VisibleText text={to} />
                    </span>{' '}
                    <span className="tag bad">not valid yet</span>
                  </>
                ) : after[key] === undefined ? (
                  <span className="quiet">left out</span>
                ) : (
                  <MarkedSide from={from} to={to} side="added" />
                )}
              </td>
            </tr>
          </tbody>
        );
      })}
    </table>
  );
}

function lineOf(value: unknown): string {
  return value === undefined ? '' : showJson(value);
}

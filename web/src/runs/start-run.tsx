import { useEffect, useId, useState } from 'react';
import type { CrewInfo } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { keepDraft, readDraft } from '../drafts.ts';
import { evaluate, formOf, type Problem, serverProblems, type Written } from '../edit/edit-state.ts';
import { SchemaField } from '../edit/schema-field.tsx';
import { defaultsOf, type Field, writeField } from '../edit/schema-form.ts';
import { go } from '../router.ts';
import { useMayOperate } from '../use-may-operate.ts';

/** A run is started from the inputs that its crew takes. Only for who may. */
export function StartRun() {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [crews, setCrews] = useState<readonly CrewInfo[]>([]);
  const [name, setName] = useState('');
  const [written, setWritten] = useState<Written>({ tab: 'form', fields: {} });
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [sending, setSending] = useState(false);
  const id = useId();
  const may = useMayOperate();
  useEffect(() => {
    if (may && live) void store.client.crews.list().then(setCrews, () => undefined);
  }, [store, may, live]);
  if (!may) return <p className="quiet small start-none">To start or cancel a run takes the role operator.</p>;
  const crew = crews.find((known) => known.name === name);
  const given = defaultsOf(crew?.inputs ?? null);
  const form = crew ? (formOf(given, crew.inputs) ?? []) : [];
  const edited = evaluate(given, crew?.inputs ?? null, written);
  const standsIn = (field: Field) => written.fields[field.key] ?? writeField(field, given[field.key]);
  const missing = form
    .filter((field) => field.required && standsIn(field) === '' && field.type !== 'text')
    .map(({ key }) => key);
  const write = (fields: Written['fields']) => {
    setWritten({ tab: 'form', fields });
    keepDraft(localStorage, { act: 'start', on: name }, { fields });
  };
  const start = async () => {
    if (!crew || sending) return;
    setSending(true);
    try {
      const texts = Object.fromEntries(
        form.filter(({ required, type }) => required && type === 'text').map(({ key }) => [key, '']),
      );
      const { id: runId } = await store.client.runs.start(crew.name, {
        ...texts,
        ...(edited.value as Record<string, never>),
      });
      keepDraft(localStorage, { act: 'start', on: crew.name }, {});
      go({ page: 'run', runId });
    } catch (error) {
      const details = (error as { details?: unknown }).details;
      setProblems(
        serverProblems(
          details,
          error instanceof Error ? error.message : String(error),
          form.map(({ key }) => key),
        ),
      );
      setSending(false);
    }
  };
  return (
    <section className="panel start" aria-labelledby={`${id}-head`}>
      <header>
        <h2 id={`${id}-head`}>Start a run</h2>
        <label htmlFor={id}>of</label>
        <select
          id={id}
          className="select"
          value={name}
          onChange={(event) => {
            setName(event.target.value);
            setWritten(keptInputs(event.target.value));
            setProblems([]);
          }}
        >
          <option value="">choose a crew</option>
          {crews.map((known) => (
            <option key={known.name} value={known.name}>
              {known.name}
            </option>
          ))}
        </select>
        {crew && <span className="quiet wide">{crew.tasks.map(({ key }) => key).join(' → ')}</span>}
      </header>
      {crew && (
        <form
          className="start-form"
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          {form.length === 0 && <p className="quiet">It takes no inputs.</p>}
          {form.map((field) => (
            <SchemaField
              key={field.key}
              field={field}
              written={standsIn(field)}
              problem={[...edited.problems, ...problems].find(({ key }) => key === field.key)?.problem}
              onWrite={(text) => {
                setProblems([]);
                write({ ...written.fields, [field.key]: text });
              }}
            />
          ))}
          {problems
            .filter(({ key }) => key === '')
            .map(({ problem }) => (
              <p key={problem} className="err" role="alert">
                {problem}
              </p>
            ))}
          <p className="row">
            <button
              type="submit"
              className="btn primary"
              disabled={!live || sending || edited.problems.length > 0 || missing.length > 0}
            >
              Start {crew.name}
            </button>
            {missing.length > 0 && <span className="quiet">Still to write: {missing.join(', ')}</span>}
          </p>
        </form>
      )}
    </section>
  );
}

/** What was begun of the inputs of a crew, and not sent. */
function keptInputs(crew: string): Written {
  return { tab: 'form', fields: readDraft(localStorage, { act: 'start', on: crew }).fields ?? {} };
}

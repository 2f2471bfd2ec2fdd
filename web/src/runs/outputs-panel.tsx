import type { RunState } from '../../../src/client/index.ts';
import { prettyJson, showJson } from '../text/show-json.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { type ShownTask, shownTasks } from './shown-tasks.ts';

/** What each task has given, as of the event that is looked at. */
export function OutputsPanel({ at, seq }: { at: RunState | null; seq: number | null }) {
  const states = at ? shownTasks(at.summary) : {};
  return (
    <section className="panel outputs" aria-labelledby="outputs-head">
      <header>
        <h2 id="outputs-head">Outputs</h2>
        <span className="push">{at ? (seq === null ? `now, #${at.seq}` : `as of #${at.seq}, replayed`) : ''}</span>
      </header>
      <dl>
        {Object.entries(at?.tasks ?? {}).map(([key, task]) => (
          <div key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>
              <Output {...task} status={states[key] ?? 'waiting'} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Output({ output, failure, status }: RunState['tasks'][string] & { status: ShownTask }) {
  if (output === null) {
    return (
      <span className="quiet">
        {failure ? <VisibleText text={failure.message} /> : YET.has(status) ? `none yet, ${status}` : `none, ${status}`}
      </span>
    );
  }
  const line = showJson(output);
  const text = typeof output === 'string' ? output : line.length < LINE ? line : prettyJson(output);
  return (
    <pre className="pretty">
      <VisibleText text={text} />
    </pre>
  );
}

/** Longer values stand over several lines. */
const LINE = 60;

/** Of a task that is in one of these, an output may still come. */
const YET: ReadonlySet<ShownTask> = new Set(['waiting', 'working', 'parked', 'held']);

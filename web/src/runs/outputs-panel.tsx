import type { RunState } from '../../../src/client/index.ts';
import { prettyJson, showJson } from '../text/show-json.ts';
import { VisibleText } from '../text/visible-text.tsx';

/** What each task has given, as of the event that is looked at. */
export function OutputsPanel({ at, seq }: { at: RunState | null; seq: number | null }) {
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
              <Output {...task} held={isHeld(at, key)} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Output({ output, state, failure, held }: RunState['tasks'][string] & { held: boolean }) {
  if (output === null) {
    return (
      <span className="quiet">
        {failure ? <VisibleText text={failure.message} /> : held ? 'none yet, held' : `none, ${wordsOfState(state)}`}
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

function isHeld(at: RunState | null, task: string): boolean {
  return at?.holds.some((hold) => hold.task === task && hold.status === 'open') ?? false;
}

function wordsOfState(state: string): string {
  return state.replace(/([A-Z])/g, ' $1').toLowerCase();
}

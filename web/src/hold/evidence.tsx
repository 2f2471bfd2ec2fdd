import type { Hold } from '../../../src/client/index.ts';
import { unseenIn } from '../hidden-characters.ts';
import { showJson } from '../text/show-json.ts';
import { showExact, showSeconds } from '../text/show-time.ts';
import { TextBlock } from '../text/text-block.tsx';
import { HiddenCount, VisibleText } from '../text/visible-text.tsx';

/** What speaks for the proposal: the agent's claim, what it knew, what it has done. */
export function Evidence({ hold }: { hold: Hold }) {
  return (
    <div>
      <Claim hold={hold} />
      <Knew hold={hold} />
      <DoneSoFar hold={hold} />
    </div>
  );
}

function Claim({ hold }: { hold: Hold }) {
  const { reasoning, confidence } = hold;
  if (reasoning === null && confidence === null) return null;
  return (
    <section className="sec" aria-labelledby="says">
      <header>
        <h2 id="says">The agent says</h2>
        <span className="tag claim">a claim, not checked</span>
        {reasoning !== null && <HiddenCount unseen={unseenIn(reasoning)} />}
        {confidence !== null && <Confidence value={confidence} hold={hold} />}
      </header>
      {reasoning !== null && (
        <div className="claimbox">
          <blockquote>
            {reasoning.trim() === '' ? <span className="quiet">nothing</span> : <TextBlock text={reasoning} />}
          </blockquote>
        </div>
      )}
    </section>
  );
}

function Confidence({ value, hold }: { value: number; hold: Hold }) {
  const threshold = thresholdIn(hold);
  const label =
    threshold === null
      ? `${value.toFixed(2)} of 1`
      : `${value.toFixed(2)}, ${value < threshold ? 'below' : 'at or above'} the threshold of ${threshold.toFixed(2)}`;
  return (
    <span className="conf push">
      confidence {value.toFixed(2)}
      <span className="meter meter-72" role="img" aria-label={label}>
        <i style={{ width: `${Math.round(value * 100)}%` }} />
        {threshold !== null && <u style={{ left: `${Math.round(threshold * 100)}%` }} />}
      </span>
      {threshold !== null && <span className="quiet">needs {threshold.toFixed(2)}</span>}
    </span>
  );
}

/** The last number of the reason that opened the hold, as it is written there; null where there is none. */
function thresholdIn({ reasons }: Hold): number | null {
  const detail = reasons.find(({ code }) => code === 'low-confidence')?.detail ?? '';
  const last = detail.match(/\d(?:\.\d+)?/g)?.at(-1);
  return last === undefined ? null : Number(last);
}

function Knew({ hold }: { hold: Hold }) {
  const context = hold.context ?? [];
  // Before a task starts, what it will know is part of what is asked of it, and stands in the box.
  if (context.length === 0 || hold.kind === 'before') return null;
  return (
    <section className="sec" aria-labelledby="knew">
      <h2 id="knew">What it knew</h2>
      <ul className="known">
        {context.map(({ task, output }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a task may stand in it more than once
          <li key={index}>
            <code>
              <VisibleText text={task} />
            </code>
            <span className="from">{ORIGINS[task] ?? "agent's output"}</span>
            <Knowledge value={output} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const ORIGINS: Readonly<Record<string, string>> = { inputs: 'given at the start', input: 'given at the start' };

/** `quoted`: a text is what an agent said, and stands in quotes. */
function Knowledge({ value, quoted = true }: { value: unknown; quoted?: boolean }) {
  const text = typeof value === 'string' ? value : showJson(value);
  const shown = typeof value === 'string' && quoted ? `"${text}"` : text;
  if (text.length <= 240)
    return (
      <code className={typeof value === 'string' ? 'soft said' : undefined}>
        <VisibleText text={shown} />
      </code>
    );
  return (
    <details>
      <summary>
        <code>
          <VisibleText text={`${shown.slice(0, 160)}…`} />
        </code>
      </summary>
      {typeof value === 'string' ? (
        <TextBlock text={value} />
      ) : (
        <pre className="pretty">
          <VisibleText text={JSON.stringify(value, null, 2)} />
        </pre>
      )}
    </details>
  );
}

function DoneSoFar({ hold }: { hold: Hold }) {
  const done = hold.done ?? [];
  if (done.length === 0) return null;
  return (
    <section className="sec" aria-labelledby="donesofar">
      <h2 id="donesofar">Done so far</h2>
      <ul className="known">
        {done.map(({ tool, input, output, at }) => (
          <li key={`${at} ${tool} ${showJson(input)}`}>
            <time className="quiet num-left" dateTime={at} title={showExact(at)}>
              {showSeconds(at)}
            </time>
            <code>{tool}</code>
            <Knowledge
              value={`${showJson(input)} → ${typeof output === 'string' ? output : showJson(output)}`}
              quoted={false}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

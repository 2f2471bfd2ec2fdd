import type { RunSummary } from '../../../src/client/index.ts';
import { plainText } from '../hidden-characters.ts';
import { linkTo } from '../router.ts';
import { Mark } from '../shell/icons.tsx';
import { CopyId } from '../text/copy-id.tsx';
import { Ago } from '../text/moments.tsx';
import { shortId, showPerson } from '../text/show-person.ts';
import { showDuration } from '../text/show-time.ts';
import { useNow } from '../use-now.ts';
import { countTasks, markOfRun } from './run-words.ts';

/** A run in the list: how far it is, who began it when, what it took. */
export function RunRow({ run }: { run: RunSummary }) {
  const now = useNow(1_000);
  const end = run.endedAt === null ? now : Date.parse(run.endedAt);
  const states = Object.values(run.tasks);
  const done = states.filter((state) => state === 'completed' || state === 'skipped').length;
  return (
    <tr>
      <th scope="row">
        <a {...linkTo({ page: 'run', runId: run.id })}>{run.crew}</a>
        <span className="key">
          <CopyId id={run.id} shown={shortId(run.id)} what="the run's id" />
          <span className="narrow">
            {' '}
            <Ago at={run.startedAt} />
          </span>
        </span>
      </th>
      <td>
        <RunState run={run} />
      </td>
      <td>
        <span className="row">
          <span className="meter meter-72 wide" role="img" aria-label={`${done} of ${states.length} tasks`}>
            <i style={{ width: `${states.length === 0 ? 0 : (done / states.length) * 100}%` }} />
          </span>
          <span className="soft small wide">{countTasks(run)}</span>
          <span className="soft small narrow">
            {done} of {states.length}
          </span>
        </span>
      </td>
      <td className="wide">
        <Ago at={run.startedAt} /> <span className="key">by {showPerson(run.requestedBy)}</span>
      </td>
      <td className="num wide">{showDuration(end - Date.parse(run.startedAt))}</td>
      <td className="num roomy">{(run.usage.inputTokens + run.usage.outputTokens).toLocaleString('en-US')}</td>
    </tr>
  );
}

export function RunState({ run }: { run: Pick<RunSummary, 'status' | 'error'> }) {
  return (
    <span className={`state st-${markOfRun(run.status)}`} title={run.error ? plainText(run.error.message) : undefined}>
      <Mark name={markOfRun(run.status)} />
      {run.status}
    </span>
  );
}

import { useDesk } from '../desk/use-desk.ts';
import { TaskState } from '../hold/rules-and-people.tsx';
import { linkTo } from '../router.ts';
import { showPerson } from '../text/show-person.ts';
import { showDuration } from '../text/show-time.ts';
import { useNow } from '../use-now.ts';

/** Nothing to decide: what works meanwhile, live. */
export function EmptyQueue() {
  const runs = useDesk((state) => state.runs);
  const now = useNow(1_000);
  const working = [...runs.values()]
    .filter(({ status }) => status === 'running')
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return (
    <div className="scroll centred">
      <h1 className="act" id="act">
        Nothing waits for you.
      </h1>
      <p className="soft empty-words">
        {working.length === 0
          ? 'No run is working. Start one, and what it asks will appear here by itself.'
          : `${working.length === 1 ? '1 run is' : `${working.length} runs are`} working. What they ask will appear here by itself.`}
      </p>
      {working.length > 0 && (
        <ul className="panel working">
          {working.slice(0, 5).map((run) => (
            <li key={run.id}>
              <p className="row">
                <a className="strong" {...linkTo({ page: 'run', runId: run.id })}>
                  {run.crew}
                </a>
                <span className="quiet">started by {showPerson(run.requestedBy)}</span>
                <span className="push quiet">{showDuration(now - Date.parse(run.startedAt))}</span>
              </p>
              <p className="chain">
                {Object.entries(run.tasks)
                  .slice(0, 6)
                  .map(([name, status], index) => (
                    <span key={name} className="chain">
                      {index > 0 && <span className="to">→</span>}
                      <TaskState name={name} status={status} on={status === 'working'} />
                    </span>
                  ))}
              </p>
            </li>
          ))}
        </ul>
      )}
      <p className="row soft small">
        <a {...linkTo({ page: 'runs' })}>Start a run</a> <kbd>s</kbd>
      </p>
    </div>
  );
}

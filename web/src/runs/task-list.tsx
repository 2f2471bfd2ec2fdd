import { Mark } from '../shell/icons.tsx';
import { markOfTask, type ShownTask } from './shown-tasks.ts';

interface TaskListProps {
  readonly states: Readonly<Record<string, ShownTask>>;
  readonly more: Readonly<Record<string, string>>;
}

/** The tasks in words: beside the graph for who does not see it, and in its place on a phone. */
export function TaskList({ states, more }: TaskListProps) {
  return (
    <ul className="task-list" aria-label="Tasks">
      {Object.entries(states).map(([name, status]) => (
        <li key={name}>
          <span className={`state st-${markOfTask(status)}`}>
            <Mark name={markOfTask(status)} />
          </span>
          <code>{name}</code>
          <span className={`push small st-${markOfTask(status)}`}>{status}</span>
          {more[name] && <span className="task-more">{more[name]}</span>}
        </li>
      ))}
    </ul>
  );
}

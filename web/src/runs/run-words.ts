import type { RunEvent, RunStatus, RunSummary } from '../../../src/client/index.ts';
import { wordsOfCode } from '../hold/reason-codes.ts';
import type { MarkName } from '../shell/mark-name.ts';
import { isObject, showJson } from '../text/show-json.ts';
import { shortId } from '../text/show-person.ts';
import { showSeconds } from '../text/show-time.ts';
import { shownTasks } from './shown-tasks.ts';

const MARKS: Readonly<Record<RunStatus, MarkName>> = {
  running: 'working',
  held: 'held',
  parked: 'waiting',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'skipped',
};

export function markOfRun(status: RunStatus): MarkName {
  return MARKS[status];
}

/** "2 completed, 1 held, 3 waiting": the states that there are, in the order that they come in. */
export function countTasks(run: Pick<RunSummary, 'status' | 'tasks'>): string {
  const order = ['completed', 'held', 'working', 'parked', 'waiting', 'failed', 'skipped'] as const;
  const shown = Object.values(shownTasks(run));
  const counts = order.map((status) => [status, shown.filter((of) => of === status).length] as const);
  return counts
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}

/** The mark of a line of the journal; null: a dot. */
export function markOfEvent(type: string): MarkName | null {
  switch (type) {
    case 'task.completed':
    case 'run.completed':
    case 'action.succeeded':
      return 'completed';
    case 'hold.opened':
      return 'held';
    case 'task.failed':
    case 'run.failed':
    case 'action.failed':
    case 'action.refused':
      return 'failed';
    case 'task.skipped':
    case 'run.cancelled':
      return 'skipped';
    default:
      return null;
  }
}

const VERDICTS: Readonly<Record<string, string>> = {
  approve: 'approved',
  modify: 'modified',
  reject: 'rejected',
  respond: 'answered',
};

const LONGEST = 180;

/** What an event says, in a line. All of it is in the event itself, which opens under the line. */
export function tellEvent({ type, data }: Pick<RunEvent, 'type' | 'data'>): string {
  if (data === undefined) return 'erased';
  const given = isObject(data) ? data : {};
  const {
    task,
    tool,
    input,
    output,
    error,
    reason,
    verdict,
    reasonCode,
    text,
    tier,
    revision,
    until,
    complaint,
    detail,
    answer,
  } = given;
  const where = typeof task === 'string' ? `${task}: ` : '';
  switch (type) {
    case 'run.started':
      return line(`inputs ${showJson(given.inputs)}`);
    case 'task.started':
      return line(`${where}${given.agent}, attempt ${given.attempt}`);
    case 'model.responded':
      return line(`${where}${tellAnswer(answer)}`);
    case 'action.proposed':
      return line(`${where}${tool} ${showJson(input)}, tier ${tier}`);
    case 'action.started':
      return line(`${where}${tool} ${showJson(input)}`);
    case 'action.succeeded':
      return line(`${where}${showJson(output)}`);
    case 'hold.opened':
      return line(`${where}revision ${revision}, digest ${String(given.digest).slice(0, 12)}`);
    case 'hold.decided':
    case 'hold.voted':
      return line(
        `${VERDICTS[String(verdict)] ?? verdict}${reasonCode ? `, ${wordsOfCode(String(reasonCode))}` : ''}${reason ? `: "${reason}"` : ''}`,
      );
    case 'hold.claimed':
      return line(`until ${showSeconds(String(until))}`);
    case 'hold.commented':
      return line(`"${text}"`);
    case 'action.audited':
      return line(`found ${given.finding}${reason ? `: "${reason}"` : ''}`);
    case 'run.parked':
      return line(Array.isArray(given.changes) ? given.changes.join('; ') : '');
    case 'run.forked':
      return line(`at #${given.seq} into run ${shortId(String(given.to))}`);
    case 'task.completed':
    case 'task.proposed':
      return line(`${where}${typeof output === 'string' ? output : showJson(output)}`);
    default:
      return line(
        where +
          (messageIn(error) ??
            [complaint, detail, reason, given.message].find((words) => typeof words === 'string') ??
            ''),
      );
  }
}

function tellAnswer(answer: unknown): string {
  if (!isObject(answer) || !isObject(answer.usage)) return '';
  const { inputTokens, outputTokens } = answer.usage;
  const calls = Array.isArray(answer.toolCalls)
    ? answer.toolCalls.map((call) => (isObject(call) ? String(call.name) : '')).join(', ')
    : '';
  return `${inputTokens} tokens in, ${outputTokens} out${calls === '' ? '' : `, calls ${calls}`}`;
}

/** The words of an error in an event. */
export function messageIn(error: unknown): string | null {
  return isObject(error) && typeof error.message === 'string' ? error.message : null;
}

function line(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > LONGEST ? `${flat.slice(0, LONGEST)}…` : flat;
}

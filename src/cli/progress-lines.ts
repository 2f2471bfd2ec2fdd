import type { JournalEvent } from '../journal/envelope.ts';
import { visibleLine } from './visible-text.ts';

/** One line of an event for a person who follows a run; null for what they need not see. Texts of agents are made visible. */
export function progressLine({ type, by, data }: Pick<JournalEvent, 'type' | 'by' | 'data'>): string | null {
  const words = WORDS[type];
  if (!words) return null;
  const line = data === undefined ? `${type} by ${by} (erased)` : words(data as EventFields, by);
  return visibleLine(line, 160);
}

/** What the lines need of all events' data; every field may be missing, since it can lie elsewhere. */
interface EventFields {
  readonly id?: string;
  readonly holdId?: string;
  readonly task?: string | null;
  readonly agent?: string | null;
  readonly attempt?: number;
  readonly crew?: string;
  readonly tool?: string;
  readonly input?: unknown;
  readonly kind?: string;
  readonly reasons?: readonly { readonly detail: string }[];
  readonly verdict?: string;
  readonly reason?: string | null;
  readonly complaint?: string;
  readonly output?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  readonly message?: string;
  readonly detail?: string;
  readonly retryInMs?: number | null;
  readonly changes?: readonly string[];
  readonly expected?: string;
  readonly found?: string;
  readonly source?: string;
  readonly text?: string;
}

type Words = Partial<Record<JournalEvent['type'], (data: EventFields, by: string) => string>>;

const WORDS: Words = {
  'run.started': ({ crew }, by) => `▶ ${crew} started by ${by}`,
  'task.started': ({ task, agent, attempt = 1 }) =>
    `▶ ${task}: ${agent} works${attempt > 1 ? `, attempt ${attempt}` : ''}`,
  'model.failed': ({ task, error, retryInMs }) =>
    `! ${task}: ${error?.message}${retryInMs == null ? '' : ` Again in ${Math.round(retryInMs / 100) / 10} s.`}`,
  'action.started': ({ task, tool, input }) => `→ ${task}: ${tool} ${json(input)}`,
  'action.succeeded': ({ task, output, source }) =>
    `← ${task}: ${json(output)}${source === 'person' ? ' (done by a person)' : ''}`,
  'action.failed': ({ task, error }) => `! ${task}: the action failed: ${error?.message}`,
  'action.refused': ({ task, tool, message }) => `! ${task}: ${tool} was not run: ${message}`,
  'action.undone': ({ task }) => `↶ ${task}: the action was undone`,
  'action.undo-failed': ({ task, error }) => `! ${task}: the action could not be undone: ${error?.message}`,
  'task.revised': ({ task, complaint }) => `↻ ${task}: to be done again: ${complaint}`,
  'task.completed': ({ task, output, source }) =>
    `✓ ${task}${source === 'agent' ? '' : ` (${source})`}: ${typeof output === 'string' ? output : json(output)}`,
  'task.failed': ({ task, error }) => `✗ ${task}: ${error?.message}`,
  'task.skipped': ({ task, detail }) => `– ${task} skipped: ${detail}`,
  'hold.opened': ({ id, kind, task, reasons = [] }) =>
    `⏸ hold ${id} (${kind}${task == null ? '' : ` of ${task}`}): ${reasons.map(({ detail }) => detail).join('; ')}`,
  'hold.voted': ({ verdict }, by) => `⏸ ${by} votes to ${verdict}`,
  'hold.revised': (_data, by) => `⏸ ${by} changed the proposal; the votes begin anew`,
  'hold.decided': ({ verdict, reason }, by) => `⏵ ${by}: ${verdict}${reason ? `, because ${reason}` : ''}`,
  'hold.commented': ({ text }, by) => `⏸ ${by} comments: ${text}`,
  'hold.expired': ({ holdId }) => `✗ hold ${holdId} expired: nobody decided in time`,
  'hold.escalated': ({ holdId }) => `⏸ hold ${holdId} is overdue`,
  'run.cancel-requested': ({ reason }, by) => `– ${by} cancels the run: ${reason}`,
  'run.parked': ({ changes = [], expected, found }) =>
    `⏸ parked${expected === found ? '' : ': the crew changed'}. ${changes.join('; ')}`,
  'run.resumed': (_data, by) => `▶ ${by} lets it go on`,
  'run.completed': () => '✓ completed',
  'run.failed': ({ error }) => `✗ failed: ${error?.message}`,
  'run.cancelled': () => '– cancelled',
};

function json(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

import type { Hold } from '../../../src/client/index.ts';
import { type Unseen, unseenIn } from '../hidden-characters.ts';
import { isObject, sameJson } from '../text/show-json.ts';

/** One member of what will be used or run. `previous` is absent where nothing came before, and undefined where it was not there. */
export interface ProposalRow {
  readonly key: string;
  readonly value: unknown;
  readonly changed: boolean;
  readonly previous?: unknown;
  /** What the eye would miss in name and value. */
  readonly unseen: Unseen;
}

/** What a decision is about, without its wrapping: the input of an action, the output of a task, … */
export function subjectOf(hold: Pick<Hold, 'kind' | 'action'>, proposal: unknown): unknown {
  const wrapped = hold.kind === 'human' || hold.kind === 'action';
  return wrapped && isObject(proposal) && Object.hasOwn(proposal, 'input') ? proposal.input : proposal;
}

/** The rows of the box, or null where the subject is a text (or anything else that is no object) and stands as one. */
export function rowsOf(hold: Hold): ProposalRow[] | null {
  const subject = subjectOf(hold, hold.proposal);
  if (!isObject(subject)) return null;
  const before = hold.previous === null ? undefined : subjectOf(hold, hold.previous.proposal);
  const old = isObject(before) ? before : null;
  const keys = [...new Set([...orderOf(hold), ...Object.keys(subject), ...Object.keys(old ?? {})])].filter(
    (key) => Object.hasOwn(subject, key) || (old !== null && Object.hasOwn(old, key)),
  );
  return keys.map((key) => {
    const value = Object.hasOwn(subject, key) ? subject[key] : undefined;
    const unseen = unseenIn({ [key]: value });
    if (old === null) return { key, value, changed: false, unseen };
    const previous = Object.hasOwn(old, key) ? old[key] : undefined;
    return { key, value, changed: !sameJson(value, previous), previous, unseen };
  });
}

/** The members as the schema names them: the journal sorts them, and people know them by place. */
export function orderOf({ kind, schema }: Pick<Hold, 'kind' | 'schema'>): readonly string[] {
  // These schemas are of the answer.
  if (kind === 'question') return ['question', 'options'];
  if (kind === 'before') return ['description', 'expectedOutput', 'tools', 'context'];
  return schema !== null && isObject(schema.properties) ? Object.keys(schema.properties) : [];
}

/** What reviewers may put in place of the proposal with `modify`: the whole of it, but for `before` its description only. */
export function editableOf(hold: Hold): unknown {
  const subject = subjectOf(hold, hold.proposal);
  if (hold.kind === 'before' && isObject(subject)) return subject.description ?? '';
  return subject;
}

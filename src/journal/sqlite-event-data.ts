import type { JournalEvent } from './envelope.ts';
import { type EventForm, formOf, formsOf } from './sqlite-event-forms.ts';
import { packMembers, unpackMembers } from './sqlite-members.ts';

/** Type and data of an event as its row has them. `type` is a bigint, since SQLite would keep a number as a float. */
export interface StoredData {
  readonly type: bigint | string;
  readonly data: string | null;
}

/** As they come back from the row. */
export interface RawData {
  readonly type: number | string;
  readonly data: string | null;
}

type Said = Pick<JournalEvent, 'type' | 'data'>;

/** `before`: the event just before it in the run, if it is at hand. Any type and any data come back as they were. */
export function packData({ type, data }: Said, before: Said | undefined): StoredData {
  const forms = formsOf(type);
  const [whole] = forms;
  if (!whole) return { type, data: data === undefined ? null : JSON.stringify(data) };
  if (data === undefined) return { type: BigInt(whole.code), data: null };
  const repeating = forms.find(({ repeats }) => repeats !== null && isRepeated(repeats, data, before));
  for (const form of repeating ? [repeating] : forms) {
    if (form.members === null || (form.repeats && form !== repeating)) continue;
    const values = packMembers(form.repeats ? { ...data, [form.repeats.member]: 0 } : data, form.members);
    if (values) return { type: BigInt(form.code), data: JSON.stringify(values) };
  }
  // A list under a number would be taken for the values of members.
  return { type: Array.isArray(data) ? type : BigInt(whole.code), data: JSON.stringify(data) };
}

/** `before`: gives the row of the event just before it, for the few that repeat a member of it. */
export function unpackData(
  { type, data }: RawData,
  before: () => RawData | undefined,
): { type: JournalEvent['type']; data: unknown } {
  const form = formOf(type);
  // A number that is not in the table is of a later version, or was changed: the schema of the event refuses its name.
  const name = form?.type ?? ((typeof type === 'string' ? type : `unknown-${type}`) as JournalEvent['type']);
  if (data === null) return { type: name, data: undefined };
  const value = JSON.parse(data) as unknown;
  if (!form?.members || !Array.isArray(value)) return { type: name, data: value };
  const members = unpackMembers(value, form.members);
  return { type: name, data: form.repeats ? { ...members, ...repeated(form.repeats, before()) } : members };
}

type Repeats = NonNullable<EventForm['repeats']>;

function isRepeated({ member, of }: Repeats, data: unknown, before: Said | undefined): boolean {
  if (before?.type !== of) return false;
  const [value, earlier] = [memberOf(data, member), memberOf(before.data, member)];
  if (value === undefined || earlier === undefined) return false;
  return value === earlier || (typeof value === 'object' && JSON.stringify(value) === JSON.stringify(earlier));
}

function repeated({ member, of }: Repeats, before: RawData | undefined): object {
  const earlier = before && unpackData(before, () => undefined);
  return { [member]: earlier?.type === of ? memberOf(earlier.data, member) : undefined };
}

function memberOf(data: unknown, member: string): unknown {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[member] : undefined;
}

import { isObject, sameJson } from '../text/show-json.ts';
import { type Field, fieldsOf, readField, readJson, type Schema, writeField } from './schema-form.ts';

/** How a value is edited: field by field, as one text, or as raw JSON. */
export type EditTab = 'form' | 'text' | 'raw';

/** What a person has written so far. Fields that were not touched are absent; the text or raw JSON stands under ''. */
export interface Written {
  readonly tab: EditTab;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Problem {
  /** '' for the whole. */
  readonly key: string;
  readonly problem: string;
  /** Nothing was written yet: to be written, not to be fixed. */
  readonly missing?: boolean;
}

export interface Edited {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** The members that are not as they were; '' for the whole of a text. */
  readonly changed: readonly string[];
}

/** The form that fits a value; null where only raw JSON does. */
export function formOf(original: unknown, schema: Schema | null): Field[] | null {
  if (!isObject(original)) return null;
  const fields = fieldsOf(schema);
  if (fields === null) return null;
  const known = new Set(fields.map(({ key }) => key));
  // A member that the schema does not name could not be seen in a form, and would be sent all the same.
  return Object.keys(original).every((key) => known.has(key)) ? fields : null;
}

export function firstTab(original: unknown, schema: Schema | null): EditTab {
  if (typeof original === 'string') return 'text';
  return formOf(original, schema) === null ? 'raw' : 'form';
}

/** The text of the whole value, as it stands in the text or raw editor before anything is changed. */
export function wholeText(original: unknown, tab: EditTab): string {
  return tab === 'text' && typeof original === 'string' ? original : JSON.stringify(original, null, 2);
}

/** A value as raw JSON beside the original: members that both have stand in the original's order, so only what differs looks different. */
export function rawText(original: unknown, value: unknown): string {
  return JSON.stringify(inOrderOf(original, value), null, 2);
}

function inOrderOf(model: unknown, value: unknown): unknown {
  if (Array.isArray(model) && Array.isArray(value)) return value.map((item, index) => inOrderOf(model[index], item));
  if (!isObject(model) || !isObject(value)) return value;
  const keys = [...Object.keys(model).filter((key) => Object.hasOwn(value, key)), ...Object.keys(value)];
  return Object.fromEntries([...new Set(keys)].map((key) => [key, inOrderOf(model[key], value[key])]));
}

/** What was written, as a value. An untouched field keeps its exact value, whatever a form would make of it. */
export function evaluate(original: unknown, schema: Schema | null, { tab, fields: written }: Written): Edited {
  const form = tab === 'form' ? formOf(original, schema) : null;
  if (form !== null && isObject(original)) return evaluateForm(original, form, written);
  const text = written[''] ?? wholeText(original, tab);
  if (tab === 'text') {
    const problems = text.trim() === '' ? [{ key: '', problem: 'Nothing is written here yet.' }] : [];
    return { value: text, problems, changed: text === original ? [] : [''] };
  }
  const read = readJson(text);
  if (!read.ok) return { value: original, problems: [{ key: '', problem: read.problem }], changed: [''] };
  return { value: read.value, problems: [], changed: changedMembers(original, read.value) };
}

function evaluateForm(
  original: Readonly<Record<string, unknown>>,
  form: readonly Field[],
  written: Readonly<Record<string, string>>,
): Edited {
  const problems: Problem[] = [];
  const members: [string, unknown][] = [];
  for (const field of form) {
    const { key } = field;
    const before = Object.hasOwn(original, key) ? original[key] : undefined;
    const text = written[key];
    if (text === undefined || text === writeField(field, before)) {
      if (before !== undefined) members.push([key, before]);
      continue;
    }
    const read = readField(field, text);
    if (!read.ok) problems.push({ key, problem: read.problem });
    else if (read.value !== undefined) members.push([key, read.value]);
  }
  const value = Object.fromEntries(members);
  const broken = problems.map(({ key }) => key);
  return { value, problems, changed: [...new Set([...changedMembers(original, value), ...broken])] };
}

function changedMembers(before: unknown, after: unknown): string[] {
  if (!isObject(before) || !isObject(after)) return sameJson(before, after) ? [] : [''];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.filter((key) => !sameJson(before[key], after[key]));
}

/** What the server says against a value, at its field where it names one: as `{ path, message }`, or line by line. */
export function serverProblems(details: unknown, message: string, known: readonly string[]): Problem[] {
  const issues: unknown = isObject(details) ? details.issues : undefined;
  const problems: Problem[] = [];
  for (const issue of Array.isArray(issues) && issues.length > 0 ? issues : [message]) {
    if (isObject(issue)) {
      const key = keyIn(String(issue.path ?? ''), known);
      const place = key === '' && issue.path ? `${issue.path}: ` : '';
      problems.push({ key, problem: `${place}${issue.message ?? 'not valid'}` });
      continue;
    }
    const text = String(issue).trim();
    // "→ at amountUsd" stands on a line of its own, under the complaint it belongs to.
    const at = /^→ at (.+)$/.exec(text)?.[1];
    const last = problems.at(-1);
    if (at !== undefined && last) problems[problems.length - 1] = { key: keyIn(at, known), problem: last.problem };
    else problems.push({ key: '', problem: text.replace(/^✖ /, '') });
  }
  return problems;
}

function keyIn(text: string, known: readonly string[]): string {
  const first = text.split(/[\s.[\]/:]+/).find((part) => part !== '');
  return known.find((key) => key === first) ?? '';
}

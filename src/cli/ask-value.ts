import { isHoldpointError, messageOf } from '../errors.ts';
import type { Hold } from '../hooks/hold.ts';
import type { Json } from '../json/json.ts';
import { editInEditor, editorCommand } from './edit-value.ts';
import { lineDiff } from './line-diff.ts';
import { Prompts, type Terminal } from './terminal.ts';
import { visibleText } from './visible-text.ts';

/** What the person puts in the place of a proposal, or answers; null if they went back. */
export async function askValue(
  hold: Hold,
  verdict: 'modify' | 'respond',
  terminal: Terminal,
): Promise<{ value: Json } | null> {
  if (verdict === 'modify') return askReplacement(hold, terminal);
  switch (hold.kind) {
    case 'question':
      return askAnswer(hold, new Prompts(terminal));
    case 'escalation':
    case 'run':
      return askChoice(hold, terminal);
    default:
      return askEdited(startOf(hold.schema), 'What came of it?', terminal);
  }
}

/** Shown as a difference before it counts. */
async function askReplacement(hold: Hold, terminal: Terminal): Promise<{ value: Json } | null> {
  const prompts = new Prompts(terminal);
  let before = replaceable(hold);
  const original = before;
  for (;;) {
    const edited = await askEdited(before, 'What shall it be instead?', terminal);
    if (edited === null) return null;
    prompts.show(lineDiff(original, edited.value, terminal.output).join('\n'));
    const options = [
      { value: 'yes', label: 'Yes, use this' },
      { value: 'again', label: 'Edit it again' },
      { value: 'back', label: 'Go back' },
    ] as const;
    const choice = await prompts.choose('Use this instead?', options);
    if (choice === 'yes') return edited;
    if (choice === 'back') return null;
    before = edited.value;
  }
}

/** The part of a proposal that `modify` may replace. */
function replaceable({ kind, proposal }: Hold): Json {
  const fields = proposal as { input?: Json; description?: Json };
  if (kind === 'action') return fields.input ?? {};
  return kind === 'before' ? (fields.description ?? '') : proposal;
}

async function askAnswer(hold: Hold, prompts: Prompts): Promise<{ value: Json }> {
  const { options } = hold.proposal as { options?: readonly string[] };
  if (!options?.length) return { value: await prompts.line('Your answer', { required: true }) };
  const labelled = options.map((value) => ({ value, label: visibleText(value) }));
  return { value: await prompts.choose('Your answer', labelled) };
}

const CHOICES = {
  retry: { label: 'Try again' },
  use: { label: 'Use a result', hint: 'you give it' },
  skip: { label: 'Skip it', hint: 'and what needs it' },
  fail: { label: 'Let it fail' },
} as const;

async function askChoice(hold: Hold, terminal: Terminal): Promise<{ value: Json } | null> {
  const properties = hold.schema?.properties as { choice?: { enum?: readonly (keyof typeof CHOICES)[] } } | undefined;
  const offered = properties?.choice?.enum ?? (Object.keys(CHOICES) as (keyof typeof CHOICES)[]);
  const options = offered.map((value) => ({ value, ...CHOICES[value] }));
  const choice = await new Prompts(terminal).choose('How shall it go on?', options);
  if (choice !== 'use') return { value: { choice } };
  const start = (hold.proposal as { output?: Json }).output ?? '';
  const edited = await askEdited(start, 'The result', terminal);
  return edited && { value: { choice, value: edited.value } };
}

/** A text is edited as it is, anything else as JSON. Null if the person left it empty, wrote no JSON and gave up, or their editor failed. */
async function askEdited(start: Json, message: string, terminal: Terminal): Promise<{ value: Json } | null> {
  const prompts = new Prompts(terminal);
  const isText = typeof start === 'string';
  let text = isText ? start : JSON.stringify(start, null, 2);
  for (;;) {
    const edited = await edit(text, { message, isText, prompts });
    if (edited === null || edited.trim() === '') return null;
    text = edited;
    if (isText) return { value: text };
    try {
      return { value: JSON.parse(text) as Json };
    } catch (error) {
      prompts.say(`That is not JSON: ${visibleText(messageOf(error))}`);
      const options = [
        { value: 'again', label: 'Edit it again' },
        { value: 'back', label: 'Go back' },
      ] as const;
      if ((await prompts.choose('What now?', options)) === 'back') return null;
    }
  }
}

async function edit(
  text: string,
  { message, isText, prompts }: { message: string; isText: boolean; prompts: Prompts },
): Promise<string | null> {
  const editor = editorCommand();
  if (editor !== null) return orTell(editInEditor(text, { editor, extension: isText ? 'md' : 'json' }), prompts);
  const inline = isText ? text : onOneLine(text);
  // A prompt would interpret what is hidden in a text; then it is written anew.
  const isPlain = visibleText(inline) === inline && !inline.includes('\n');
  if (isPlain) return prompts.line(`${message} (set EDITOR to edit it there)`, { initial: inline });
  return prompts.lines(`${message} (set EDITOR to edit what is there; here you write it anew)`);
}

/** An editor that ends with a failure is how people take an edit back (`:cq`); null, and the review goes on. */
async function orTell(edited: Promise<string>, prompts: Prompts): Promise<string | null> {
  try {
    return await edited;
  } catch (error) {
    if (!isHoldpointError(error, 'USAGE')) throw error;
    prompts.say(visibleText(messageOf(error)));
    return null;
  }
}

/** What was written wrong is given back as it is, to be corrected. */
function onOneLine(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

/** A first draft of a value: an object's keys, or a text. */
function startOf(schema: Hold['schema']): Json {
  const { properties, type } = (schema ?? {}) as { properties?: Record<string, unknown>; type?: unknown };
  if (properties) return Object.fromEntries(Object.keys(properties).map((key) => [key, '']));
  return type === undefined || type === 'string' ? '' : {};
}
